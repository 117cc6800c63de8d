"""Blocks of private keys, the whole of them: a key that was cut off while it was pasted is a key still."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from detect_secrets.plugins.private_key import PrivateKeyDetector

from assistant.detection.finding import Finding, Kind

# detect-secrets knows how the blocks begin, but for encrypted ones.
_HEADERS = "|".join([*(header.pattern for header in PrivateKeyDetector.denylist), "BEGIN ENCRYPTED PRIVATE KEY"])
_BEGIN = re.compile(rf"(?:-{{4,5}} ?)?(?:{_HEADERS}|PuTTY-User-Key-File-3)(?: ?-{{4,5}}|: [^\n]{{0,80}})?")
_END = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-MAC: ?[0-9a-fA-F]+")
# As they are pasted: lines of base64, in a string of some language perhaps, with the headers that such blocks have.
_LINE = r"(?>\\[nr]|[\s\"'+,.;>\\]|[A-Z][A-Za-z-]{2,20}: ?[^\n]{0,80}\n){0,200}+(?>[A-Za-z0-9+/=]{16,}+)"
_LINES = re.compile(rf"(?>{_LINE})++(?>(?:\\[nr]|[\s\"'+,>]){0, 200}+[A-Za-z0-9+/]{{0,76}}={{1,2}})?")
_LONGEST = 20_000


def find_private_keys(text: str) -> Iterator[Finding]:
    """A header alone, as in a question about it, is none."""
    ends = [found.end() for found in _END.finditer(text)]
    at = 0
    for begin in _BEGIN.finditer(text):
        if begin.start() < at:
            continue
        material = _LINES.match(text, begin.end())
        if material is None:
            continue
        at = material.end()
        following = bisect_left(ends, at)
        if following < len(ends) and ends[following] - begin.start() < _LONGEST:
            at = ends[following]
        yield Finding(Kind.PRIVATE_KEY, begin.start(), at)
