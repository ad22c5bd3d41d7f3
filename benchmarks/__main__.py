"""`make bench`: the environment first, for it names the settings."""

import sys

import benchmarks.environment  # noqa: F401
from benchmarks.run import main

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
