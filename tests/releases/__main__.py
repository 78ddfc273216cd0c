"""Makes the backup of this version: an instance with a few accounts and households under throwaway keys."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fupin import __version__
from tests.releases import FOLDER, KEYS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "keys.env").write_text(KEYS, encoding="utf-8")
        environment = dict(os.environ, FUPIN_DATA=folder)

        def fupin(*arguments: str) -> None:
            subprocess.run([sys.executable, "-m", "fupin", *arguments], env=environment, check=True)

        fupin("init")
        fupin("user", "add", "banner", "--role", "banner_officer", "--division", "150522000000")
        files = f"{folder}/files-to-import"
        fupin("synth", "--households", "60", "--division", "150522", "-o", files)
        for ledger in ("households", "persons", "income"):
            fupin("import", ledger, f"{files}/{ledger}.csv", "--on", "2018-12-31")
        shutil.rmtree(files)
        fupin("backup", str(FOLDER / f"{__version__}.fupin"))


if __name__ == "__main__":
    main()
