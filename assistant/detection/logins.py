"""User names and passwords in one: in addresses, `redis://ann:secret@host`, and in options, `curl -u ann:secret`."""

import re
from collections.abc import Iterator
from itertools import chain

from detect_secrets.plugins.basic_auth import BasicAuthDetector

from assistant.detection.finding import Finding, Kind
from assistant.detection.placeholders import is_placeholder

# detect-secrets' rule wants a name, and no `!` or `$` in the password; databases have it otherwise. An `@` within a
# password is part of it: the last one before the path counts.
_LOGIN = re.compile(r"(?<=://)[^\s/@:\"'<>`]{0,100}:[^\s/\"'<>`]{1,200}(?=@)")
_OPTION = re.compile(
    r"(?<=\s)(?:-u|-a|--user|--proxy-user|--auth)[ =]?"
    r"(?:\"(?P<in_two>[^:\"\n]{0,100}:[^\"\n]{1,200})\"|'(?P<in_one>[^:'\n]{0,100}:[^'\n]{1,200})'"
    r"|(?P<bare>[^\s:\"'$<]{0,100}:[^\s\"']{1,200}))"
)
# Of one command, which may go on in the next line.
_PROGRAM = re.compile(r"(?<![\w./-])(?:curl|wget|https?|xh) (?:[^\n|]|\\\n)*$")
_LONGEST_COMMAND = 300
# What is written where a real one would be.
_SAID = frozenset({"user", "username", "name", "login", "admin", "root", "postgres", "guest", "test", "me", "myuser"})


def find_logins(text: str) -> Iterator[Finding]:
    options = (found for found in _OPTION.finditer(text) if _is_of_a_program(text, found.start()))
    for found in chain(_LOGIN.finditer(text), options):
        group = found.lastgroup or 0
        name, _, password = found[group].partition(":")
        if not is_placeholder(password) and not (name.lower() in _SAID and password.lower() in _SAID):
            yield Finding(Kind.LOGIN, *found.span(group))
    for pattern in BasicAuthDetector.denylist:
        for found in pattern.finditer(text):
            if not is_placeholder(found.group(1)):
                yield Finding(Kind.LOGIN, found.start() + len("://"), found.end() - len("@"))


def _is_of_a_program(text: str, at: int) -> bool:
    return _PROGRAM.search(text[max(0, at - _LONGEST_COMMAND) : at]) is not None
