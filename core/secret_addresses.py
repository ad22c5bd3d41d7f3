"""Addresses that are secrets: drawn at random, told to somebody once, and kept as their hash."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """This will draw a secret of 256 random bits, in the signs an address may have."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """This will return what is kept of a secret, and by which it is found. So many random bits need no salt."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
