"""Whose clock dates are written by: that of the browser which is being answered, as its cookie names it; else UTC.

Set where the language is, once for each request and each event of the page.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

COOKIE = "zone"
"""Written by the page's script: a name such as "Asia/Shanghai"."""

_local: ContextVar[tzinfo] = ContextVar("zone", default=UTC)


def choose_zone(cookies: Mapping[str, str]) -> tzinfo:
    name = cookies.get(COOKIE, "").replace("%2F", "/")
    # Looked up in the list of them first: ZoneInfo opens whatever file it is given the name of.
    return ZoneInfo(name) if name in _names() else UTC


def live_in(zone: tzinfo) -> None:
    """From here on, in this task and in what it starts."""
    _local.set(zone)


def local_zone() -> tzinfo:
    return _local.get()


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
