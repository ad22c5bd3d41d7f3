"""Writes the demo's environment before Django is asked anything: its own secret, its own folder, loopback only."""

import secrets
import sys

from config.demo.folder import FOLDER, RunsAlready, take


def main(port: str) -> None:
    """This will write var/demo/environment, keeping the secret of an earlier start.

    Ends with a sentence on a bad port, and where a demo of this folder runs already.
    """
    if not port.isdigit() or not 1024 <= int(port) <= 65535:
        sys.exit(f"PORT has to be a number from 1024 to 65535, not “{port}”.")
    try:
        take(FOLDER).close()
    except RunsAlready as running:
        sys.exit(str(running))
    secret = FOLDER / "secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(50))
    lines = {
        "SECRET_KEY": secret.read_text(),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "VAR_DIR": str(FOLDER.resolve()),
        "CITY_NAME": "Åvinge stad",
        "SENDER": "redaktionen@avinge.example",
        "DEREGISTRATION_EMAIL": "kanalregister@avinge.example",
        "PUBLIC_REGISTER": "True",
        "SWEEP_SECONDS": "10",
        "LINK_TRUSTED_HOSTS": "avinge.example",
        "RETENTION_DAYS": "comments=730",
        "LOG_LEVEL": "WARNING",
        # To look around, one password is enough.
        "SECOND_FACTOR_FOR": "",
    }
    (FOLDER / "environment").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))


if __name__ == "__main__":
    main(sys.argv[1])
