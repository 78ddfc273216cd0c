"""The command line `fupin`: one module a subject, loaded only when one of its commands runs.

Exit codes: 0 done; 1 done, with something found or refused; 2 unusable arguments or input, nothing changed;
3 an environment fault, nothing half-done. `--json` prints one JSON document to standard output and nothing else there.
"""

from fupin.cli.group import main

__all__ = ["main"]
