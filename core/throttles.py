"""How often one place, or one link, has asked: counted in windows of time, in the cache that all web processes share."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def place_of(request: HttpRequest) -> str:
    """This will name where a request comes from: the address, or the network of 64 bits that one house has in IPv6."""
    address = ipaddress.ip_address(get_adapter().get_client_ip(request))
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def count(what: str, who: str, at: datetime, *, seconds: int) -> int:
    """This will count `who` once more, and return how often that is in the window of `seconds` that `at` lies in.

    Who it was is not kept: only the number is, under a hash. The window stands in its name, so that the next begins at
    nothing also for whoever never stops asking: a cache in the database gives a number that is raised another lifetime.
    """
    name = _name(what, who, at, seconds)
    so_far = _raised(name)
    if not so_far:
        if cache.add(name, 1, timeout=seconds):
            return 1
        so_far = _raised(name) or 1  # somebody was first, or it was let go again in between
    if seconds > (cache.default_timeout or seconds):
        cache.touch(name, timeout=seconds)
    return so_far


def _raised(name: str) -> int:
    """This will count once more and return how often that is, or 0 when nothing has been counted."""
    try:
        return cache.incr(name)
    except ValueError:
        return 0


def counted(what: str, who: str, at: datetime, *, seconds: int) -> int:
    """This will return how often `who` was counted in that window, and count nothing."""
    return int(cache.get(_name(what, who, at, seconds)) or 0)


def _name(what: str, who: str, at: datetime, seconds: int) -> str:
    digest = salted_hmac("core.throttles", f"{what} {who}").hexdigest()
    return f"count:{digest}:{int(at.timestamp()) // seconds}"
