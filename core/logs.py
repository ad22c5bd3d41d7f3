"""What never stands in a log: the secret part of an address."""

from __future__ import annotations

import logging
import re

# A signer's link, a tip form's and the one of whoever gave a tip are their own keys. The rest of the address may be read.
SECRET = re.compile(r"(/s/|/tip/(?:follow/)?)[A-Za-z0-9_-]{16,}")


def masked(text: str) -> str:
    """This will return the text without the secret parts of addresses."""
    return SECRET.sub(r"\1…", text)


class MaskSecrets(logging.Filter):
    """Masks every record that passes, whoever wrote it; nothing is held back."""

    def filter(self, record: logging.LogRecord) -> bool:
        """This will rewrite the record's message; whatever handler prints it prints it without the secret."""
        said = record.getMessage()
        if said != (clean := masked(said)):
            record.msg, record.args = clean, ()
        return True
