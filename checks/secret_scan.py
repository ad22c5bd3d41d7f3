"""Looks for secrets in what is kept in the repository: private keys, tokens of known kinds, passwords in addresses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

KINDS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "an AWS key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}\b"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "a password in an address": re.compile(
        r"\b[a-z][a-z0-9+]*://[^\s:/@\"'{}$<>]+:(?!password@)[^\s:/@\"'{}$<>]{6,}@"
    ),
    "a long secret given a value": re.compile(
        r"(?i)\b(?:secret_key|client_secret|api_key|auth_token)\b\s*[=:]\s*[\"']?(?!only-)[A-Za-z0-9+/_-]{32,}"
    ),
}


def findings(path: Path) -> list[str]:
    """This will name each secret in the file by its kind and line; the secret itself is not repeated."""
    try:
        lines = path.read_text().splitlines()
    except (UnicodeDecodeError, OSError):
        return []
    return [
        f"{path}:{number}: {kind}"
        for number, line in enumerate(lines, start=1)
        for kind, pattern in KINDS.items()
        if pattern.search(line)
    ]


def main() -> int:
    """This will print what is found in the files that git keeps, and return 1 when there is something."""
    names = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True).stdout  # noqa: S607
    found = [line for name in names.decode().split("\0") if name for line in findings(Path(name))]
    sys.stdout.write("".join(f"{line}\n" for line in found) or "No secrets in the repository.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
