"""Whose certificates are trusted, for all clients of engines."""

import ssl
from functools import cache

import httpx2


@cache
def trusted() -> ssl.SSLContext:
    """One for all: making it reads every certificate that this machine trusts, which takes some 40 ms."""
    return httpx2.create_ssl_context()
