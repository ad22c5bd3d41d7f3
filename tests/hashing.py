"""How the tests hash passwords: as in earnest, but once instead of a million times, as they log in a thousand times."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1
