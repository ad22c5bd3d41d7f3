"""One demo for each folder: two would share a database, and the later start would empty the broker of the first."""

from __future__ import annotations

import fcntl
import shutil
import sys
from pathlib import Path
from typing import TextIO

FOLDER = Path("var/demo")


class RunsAlready(Exception):
    """Another demo has the folder; the text is one sentence that says where it runs."""


def take(folder: Path, address: str = "") -> TextIO:
    """This will keep the folder for whoever holds what is returned open, and note the address. Raises RunsAlready."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = (folder / "running").open("a+")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        held.seek(0)
        with held:
            raise RunsAlready(
                f"This folder's demo runs already at {held.read()}; end that one with Ctrl-C first."
            ) from error
    held.truncate(0)
    held.write(address)
    held.flush()
    return held


def forget(folder: Path) -> None:
    """This will delete all that the demo holds. Raises RunsAlready while it runs."""
    with take(folder):
        shutil.rmtree(folder)


if __name__ == "__main__":
    try:
        forget(FOLDER)
    except RunsAlready as running:
        sys.exit(str(running))
