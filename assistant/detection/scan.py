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
    return _joined(finding for rule in _RULES for finding in rule(text))


def _joined(found: Iterable[Finding]) -> list[Finding]:
    """Findings that overlap are one, of the kind that ranks first: nothing of any of them stays."""
    joined: list[Finding] = []
    for finding in sorted(found, key=lambda f: (f.start, _RANK[f.kind], -f.end)):
        last = joined[-1] if joined else None
        if last is None or finding.start >= last.end:
            joined.append(finding)
        elif not _is_the_host_of(last, finding):
            joined[-1] = Finding(
                min(last.kind, finding.kind, key=_RANK.__getitem__), last.start, max(last.end, finding.end)
            )
    return joined


def _is_the_host_of(login: Finding, email: Finding) -> bool:
    """`ann:secret@db.acme.dev`: a login, and then no person's address."""
    return login.kind is Kind.LOGIN and email.kind is Kind.EMAIL and email.end > login.end
