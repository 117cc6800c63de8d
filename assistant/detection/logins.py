"""User names and passwords in addresses: `postgresql://ann:secret@host`."""

import re
from collections.abc import Iterator

from detect_secrets.plugins.basic_auth import BasicAuthDetector

from assistant.detection.finding import Finding, Kind
from assistant.detection.placeholders import is_placeholder

# detect-secrets' rule wants a name, and no `!` or `$` in the password; databases have it otherwise. An `@` within a
# password is part of it: the last one before the path counts.
_LOGIN = re.compile(r"(?<=://)[^\s/@:\"'<>`]{0,100}:[^\s/\"'<>`]{1,200}(?=@)")
# What is written where a real one would be.
_SAID = frozenset({"user", "username", "name", "login", "admin", "root", "postgres", "guest", "test", "me", "myuser"})


def find_logins(text: str) -> Iterator[Finding]:
    for found in _LOGIN.finditer(text):
        name, _, password = found.group().partition(":")
        if not is_placeholder(password) and not (name.lower() in _SAID and password.lower() in _SAID):
            yield Finding(Kind.LOGIN, *found.span())
    for pattern in BasicAuthDetector.denylist:
        for found in pattern.finditer(text):
            if not is_placeholder(found.group(1)):
                yield Finding(Kind.LOGIN, found.start() + len("://"), found.end() - len("@"))
