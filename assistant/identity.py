"""Who somebody is: the owner of what is kept, and the account where they have signed in. Knows no cookies."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person as their provider of sign-in knows them; `issuer` and `subject` together never change."""

    issuer: str
    subject: str
    name: str
    """As it is shown to themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    owner_id: str
    account: Account | None = None
    """None: an anonymous visitor."""
    signed_in_on: date | None = None
    """With this token."""
