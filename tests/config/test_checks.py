"""What .ci/run asks beside the tests does find what it looks for."""

from __future__ import annotations

import json
import subprocess

import pytest

from checks import dependency_audit, secret_scan


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-----BEGIN " + "RSA PRIVATE KEY-----", "a private key"),
        ("key = AKIA" + "ABCDEFGHIJKLMNOP", "an AWS key"),
        ("ghp_" + "a" * 36, "a GitHub token"),
        ("postgres://anna:" + "hunter2hunter2@db/x", "a password in an address"),
        ("SECRET_KEY=" + "x7" * 20, "a long secret given a value"),
    ],
)
def test_a_secret_is_found_and_not_repeated(tmp_path, text, kind):
    (tmp_path / "file").write_text(f"one\n{text}\n")
    assert secret_scan.findings(tmp_path / "file") == [f"{tmp_path / 'file'}:2: {kind}"]


@pytest.mark.parametrize("text", ["SECRET_KEY=", "postgres://user:password@host/name", "a sha: " + "a" * 64])
def test_what_is_no_secret_is_left_alone(tmp_path, text):
    (tmp_path / "file").write_text(text)
    assert secret_scan.findings(tmp_path / "file") == []


def answered(packages):
    return lambda *args, **kwargs: subprocess.CompletedProcess(
        [], 0, json.dumps({"dependencies": packages}), ""
    )


@pytest.mark.parametrize(
    ("packages", "status", "words"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "no advisory"),
        ([{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}], 1, "a 1: CVE-1"),
        ([{"name": "a", "skip_reason": "no route"}], 3, "not audited"),
        (
            [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "x"}],
            3,
            "not audited: b",
        ),
    ],
)
def test_an_audit_that_did_not_happen_is_never_called_green(monkeypatch, packages, status, words):
    monkeypatch.setattr(dependency_audit.subprocess, "run", answered(packages))
    found, sentence = dependency_audit.audit("requirements/runtime.txt")
    assert (found, words in sentence) == (status, True)
