"""The cookie that carries a browser's token: how it is read, and how it is set where the app is shown."""

import re
from collections.abc import Mapping

from assistant.identities import TOKEN_LIFE

# The second part was a signature, until tokens were looked up: whoever had the one had the other.
_VALUE = re.compile(r"([\w-]{43})(\.[\w-]{43})?", re.ASCII)


class VisitorCookie:
    """`framed`: the page is shown inside another site's frame, as a Space is.

    `https_outside`: people reach the app over HTTPS, though the proxy before it speaks plain HTTP.
    """

    def __init__(self, *, framed: bool = False, https_outside: bool = False) -> None:
        self._framed = framed
        self._https_outside = https_outside

    def token(self, cookies: Mapping[str, str], scheme: str) -> str | None:
        """`scheme` as in the request. Over HTTPS only a cookie counts that nobody could have planted over plain HTTP or
        from a neighbouring host: the prefix of its name makes browsers see to that."""
        found = _VALUE.fullmatch(cookies.get(self._name(scheme), ""))
        return found[1] if found else None

    def is_outdated(self, cookies: Mapping[str, str], scheme: str) -> bool:
        """It still has the signature of former days."""
        return "." in cookies.get(self._name(scheme), "")

    def header(self, token: str, scheme: str, destination: str | None) -> str:
        """For Set-Cookie. `destination` is the request's Sec-Fetch-Dest: whether the page is in a frame now."""
        # By hand: Python's own cookies know `Partitioned` only from 3.14 on.
        sent = f"{self._name(scheme)}={token}; Path=/; Max-Age={int(TOKEN_LIFE.total_seconds())}; HttpOnly"
        if not self._is_secure(scheme):
            return f"{sent}; SameSite=Lax"
        # A browser too old to say is taken to show a frame, since only there the other kind would be lost.
        if self._framed and destination != "document":
            return f"{sent}; Secure; SameSite=None; Partitioned"
        return f"{sent}; Secure; SameSite=Lax"

    def _name(self, scheme: str) -> str:
        # __Host- cookies need HTTPS, which a laptop's loopback address has not.
        return "__Host-assistant" if self._is_secure(scheme) else "assistant"

    def _is_secure(self, scheme: str) -> bool:
        return scheme == "https" or self._https_outside
