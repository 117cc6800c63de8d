"""The port of storage for who people are. Browsers are known by the SHA-256 of their token, never by the token.

An anonymous visitor's owner id is the hash of their token itself, so nothing has to be kept of whoever only looks.
"""

from datetime import date, datetime
from typing import Protocol

from assistant.identity import Account, Identity


class IdentityStore(Protocol):
    def identity(self, token_sha256: str) -> Identity:
        """A token that nothing is known of is an anonymous visitor's. Raises SignedOutError for a revoked one."""

    def see(self, token_sha256: str, today: date) -> bool:
        """Note the day of a visit with a token that something is kept for; True for the first of that day."""

    def sign_in(self, account: Account, token_sha256: str, former_sha256: str | None, today: date) -> Identity:
        """The account's from now on: a new token, and all that the former one's anonymous visitor has kept.

        In one transaction: the former token is revoked, and nothing is left behind or moved twice. What is another
        account's stays there. A name that has changed at the provider changes here.
        """

    def sign_out(self, token_sha256: str, today: date) -> None:
        """Revoke this token; what is kept stays the account's. Where nothing is known of it nothing is written:
        anybody can think of tokens."""

    def sign_out_everywhere(self, owner_id: str, today: date) -> int:
        """Revoke all tokens of one person; how many there were."""

    def forget_revoked(self, before: date) -> int:
        """Forget tokens that were revoked before that day, which no browser can hold any more; their number."""

    def add_sign_in_step(self, key_sha256: str, step: dict[str, str], now: datetime, expires_at: datetime) -> None:
        """Keep what a sign-in under way has to know at its next step; what has expired by `now` goes."""

    def take_sign_in_step(self, key_sha256: str, now: datetime) -> dict[str, str]:
        """Once: whoever comes second, or too late, gets NotFoundError."""
