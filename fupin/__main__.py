"""`python -m fupin` is the command line `fupin`."""

from fupin.cli import main

main()
