"""All rules over one text. Each takes time in proportion to the text's length, whatever is in it."""

from collections.abc import Callable, Iterable, Iterator

from assistant.detection.addresses import find_emails, find_ip_addresses
from assistant.detection.finding import Finding, Kind
from assistant.detection.logins import find_logins
from assistant.detection.passwords import find_passwords
from assistant.detection.people import find_homes, find_phones
from assistant.detection.private_keys import find_private_keys
from assistant.detection.tokens import find_tokens

_RULES: tuple[Callable[[str], Iterator[Finding]], ...] = (
    find_private_keys,
    find_logins,
    find_tokens,
    find_passwords,
    find_emails,
    find_ip_addresses,
    find_phones,
    find_homes,
)
_RANK = {kind: rank for rank, kind in enumerate(Kind)}


def scan(text: str) -> list[Finding]:
    """In the text's order; none overlaps another."""
    return _apart(finding for rule in _RULES for finding in rule(text))


def _apart(found: Iterable[Finding]) -> list[Finding]:
    """Where findings overlap, the kind that ranks first stays, the longest of it."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda f: (f.start, _RANK[f.kind], -f.end)):
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
        elif (_RANK[finding.kind], -_length(finding)) < (_RANK[kept[-1].kind], -_length(kept[-1])):
            kept[-1] = finding
    return kept


def _length(finding: Finding) -> int:
    return finding.end - finding.start
