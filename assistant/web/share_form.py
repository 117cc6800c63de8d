"""What its owner says about a share: from a posted form to choices, and back into the form that is shown again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.errors.input import InvalidOptionError
from assistant.passphrase import LONGEST, SHORTEST
from assistant.share_draft import Inclusions
from assistant.share_link import is_request
from assistant.sharing import DAYS, Terms

_NEVER = "never"
_MOST_VIEWS = 1_000_000

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareForm:
    chosen: Inclusions = field(default_factory=Inclusions)
    terms: Terms = field(default_factory=Terms)
    seen: str = ""
    """The fingerprint of what was shown with the form."""
    request: str = ""
    """Sent again, as by a double click, it publishes nothing new."""
    publishes: bool = False
    """Else it is to be shown again."""


def read_share_form(fields: Fields) -> ShareForm:
    """Raises InvalidOptionError."""
    included, request = set(fields.get("include", ())), _one(fields, "request")
    return ShareForm(
        chosen=Inclusions(
            branches="branches" in included,
            settings="settings" in included,
            prompt="prompt" in included,
            kept=frozenset(fields.get("keep", ())),
        ),
        terms=Terms(
            days=read_days(fields), view_limit=_view_limit(_one(fields, "views")), passphrase=_passphrase(fields)
        ),
        seen=_one(fields, "seen"),
        request=request,
        publishes=_one(fields, "do") == "publish" and is_request(request),
    )


def read_days(fields: Fields) -> int | None:
    given = _one(fields, "days") or str(Terms().days)
    if given == _NEVER:
        return None
    if given not in map(str, DAYS):
        raise InvalidOptionError(option="days", fault=f"one of {', '.join(map(str, DAYS))}, {_NEVER}")
    return int(given)


def _view_limit(given: str) -> int | None:
    if not given.strip():
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 7 or not 1 <= int(given) <= _MOST_VIEWS:
        raise InvalidOptionError(option="views", fault=f"a number from 1 to {_MOST_VIEWS}")
    return int(given)


def _passphrase(fields: Fields) -> str:
    given = _one(fields, "passphrase")
    if len(given) > LONGEST:
        raise InvalidOptionError(option="passphrase", fault=f"at most {LONGEST} characters")
    if given and len(given) < SHORTEST:
        raise InvalidOptionError(option="passphrase", fault=f"at least {SHORTEST} characters")
    return given


def _one(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
