"""What was found in a text: what kind of thing, and where."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The first ones count where two overlap: a block of a key holds what looks like other things."""

    PRIVATE_KEY = "private_key"
    LOGIN = "login"
    """User name and password in an address."""
    TOKEN = "token"  # noqa: S105  # the kind's name
    """A service's own shape: it is a secret wherever it stands."""
    PASSWORD = "password"  # noqa: S105  # as above
    """A secret by the name that it is given to."""
    EMAIL = "email"
    IP_ADDRESS = "ip_address"
    PHONE = "phone"
    HOME = "home"
    """The name of a user in the path of their folder."""


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    start: int
    end: int
    """Characters `start` to `end` of the text, without it."""
