"""Starts a program that ends when its parent does, also when the parent is killed (Linux; elsewhere just starts it)."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent(how: signal.Signals) -> None:
    """This will have the kernel send this process `how` when its parent ends (Linux), if it has not ended yet."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)


def main(parent: int, command: list[str]) -> None:
    """This will become `command`, unless process `parent` has ended. Raises FileNotFoundError without such a program."""
    end_with_parent(signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("The parent ended while its child was being started.")
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
