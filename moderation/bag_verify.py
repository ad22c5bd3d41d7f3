"""Checks this bag with nothing but Python 3.8 or newer: run `python3 verify.py` in its folder.

It reads every file against the manifests, every sealed case against its screenshots, and the part of the hash chain
that came with the bag. It says what does not hold, by name, and ends with 1; or that all holds, and ends with 0.
"""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def faults_of_manifest(name):
    """Every file that the manifest names has its hash, and every file of the bag is named."""
    listed = {}
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        digest, _space, path = line.partition("  ")
        listed[path] = digest
        target = HERE / path
        if not target.is_file():
            yield f"{path}: the file is missing."
        elif sha256(target.read_bytes()) != digest:
            yield f"{path}: filen är inte den som exporterades. (The file is not the one that was exported.)"
    for target in sorted(HERE.rglob("*")):
        path = target.relative_to(HERE).as_posix()
        payload = path.startswith("data/")
        ours = path in listed or path == "tagmanifest-sha256.txt" or "__pycache__" in path
        if target.is_file() and payload == name.startswith("manifest") and not ours:
            yield f"{path}: the file was added."


def faults_of_chain():
    """Each link follows the one before it, and holds the events that came with the bag."""
    chain = json.loads((HERE / "data/chain.json").read_text(encoding="utf-8"))
    expected = None
    for link in chain["links"]:
        name = f"link {link['id']} of the chain"
        if expected is not None and link["prev"] != expected:
            yield f"{name} does not follow the one before it."
        if (
            sha256(canonical([link["prev"], link["digest"], link["events"], link["sealed_at"]]))
            != link["hash"]
        ):
            yield f"{name} was changed."
        expected = link["hash"]
        if link.get("lines") is not None:
            hashes = [
                sha256(row["line"].encode()) if "line" in row else row["sha256"] for row in link["lines"]
            ]
            if sha256("".join(hashes).encode()) != link["digest"] or len(hashes) != link["events"]:
                yield f"{name} does not hold the events that came with it."


def sealed_in_chain():
    """The hashes of the manifests that the chain says were sealed."""
    chain = json.loads((HERE / "data/chain.json").read_text(encoding="utf-8"))
    for link in chain["links"]:
        for row in link.get("lines") or []:
            if "line" in row:
                event = json.loads(row["line"])
                if event[2] == "evidence.seal":
                    yield event[9]["manifest"]


def faults_of_cases():
    """Each case's sealed manifest is the one in the chain, and its screenshots are those that it names."""
    sealed = set(sealed_in_chain())
    for path in sorted(HERE.glob("data/case-*/sealed-*.json")):
        name = path.relative_to(HERE).as_posix()
        if sha256(path.read_bytes()) not in sealed:
            yield f"{name}: the chain does not say that this was sealed."
        for file in json.loads(path.read_text(encoding="utf-8"))["files"]:
            if not list(path.parent.glob(f"*{file['sha256']}*")):
                yield f"{name}: the screenshot {file['sha256']} is missing."


def main():
    faults = []
    for part in (
        lambda: faults_of_manifest("tagmanifest-sha256.txt"),
        lambda: faults_of_manifest("manifest-sha256.txt"),
        faults_of_chain,
        faults_of_cases,
    ):
        try:
            faults.extend(part())
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            faults.append(f"The bag cannot be read: {error!r}")
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    sys.stdout.write(
        "Paketet stämmer inte. (This bag does not hold.)\n" if faults else "Allt stämmer. (All holds.)\n"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
