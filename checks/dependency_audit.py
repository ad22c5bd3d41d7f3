"""Asks the advisory service about every package we pin. When it cannot be reached, that is said; nothing is called safe."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LISTS = ("requirements/runtime.txt", "requirements/dev.txt", "requirements/saml.txt")
NOT_AUDITED = 3


def audit(path: str) -> tuple[int, str]:
    """This will return, with a sentence, 0 when no advisory names a package, 1 when one does, 3 when nobody answered."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        path,
        "--no-deps",
        "--disable-pip",
        "--format",
        "json",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)  # noqa: S603
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return NOT_AUDITED, f"not audited: {path} (the advisory service did not answer)"
    named = [
        f"{package['name']} {package['version']}: {', '.join(fault['id'] for fault in package['vulns'])}"
        for package in answer["dependencies"]
        if package.get("vulns")
    ]
    if named:
        return 1, f"{path}: " + "; ".join(named)
    skipped = [package["name"] for package in answer["dependencies"] if "skip_reason" in package]
    if len(skipped) == len(answer["dependencies"]):
        return NOT_AUDITED, f"not audited: {path} (the advisory service could not be reached)"
    if skipped:
        return NOT_AUDITED, f"not audited: {', '.join(skipped)} of {path}"
    return 0, f"{path}: {len(answer['dependencies'])} packages, no advisory."


def main() -> int:
    """This will print a line for each list, and return 1 when an advisory names a package; “not audited” is told last."""
    answers = [audit(path) for path in LISTS if Path(path).exists()]
    for _status, sentence in sorted(answers):
        sys.stdout.write(f"{sentence}\n")
    return 1 if any(status == 1 for status, _ in answers) else 0


if __name__ == "__main__":
    sys.exit(main())
