"""Signing in, from the first click to a new token. What must be known at the next step is kept in storage meanwhile.

Each step can be done once, within minutes, and only by the browser that began: its visitor's token is part of it. A
page in another site's frame has a token that its own tab cannot see, since browsers keep such cookies apart: it begins
with a ticket, and ends with a claim that only the frame can redeem.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.errors.app import NotFoundError
from assistant.errors.visitor import SignedOutError, SignInDeniedError, SignInFailedError, SignInStaleError
from assistant.identities import Identities, token_hash
from assistant.identity import Account
from assistant.identity_port import IdentityStore
from assistant.sign_in.admission import admit
from assistant.sign_in.configuration import SignInConfiguration
from assistant.sign_in.provider import Provider

_STEP_TIME = timedelta(minutes=10)
_CLAIM_TIME = timedelta(minutes=2)
_REFUSALS = frozenset({"access_denied", "login_required", "consent_required", "interaction_required"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    token: str
    conversation_id: str
    """Which the page showed before; empty for none."""
    claim: str
    """For the frame where it began; empty for none."""


class SignIn:
    def __init__(
        self,
        configuration: SignInConfiguration,
        provider: Provider,
        identities: Identities,
        store: IdentityStore,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._configuration = configuration
        self._provider = provider
        self._identities = identities
        self._store = store
        self._clock = clock

    @property
    def provider_name(self) -> str:
        return self._provider.name

    @property
    def is_required(self) -> bool:
        return self._configuration.is_required

    async def ticket(self, frame_token: str) -> str:
        """For a page in a frame, to be handed to the tab that it opens."""
        ticket = secrets.token_urlsafe(32)
        await self._keep(ticket, {"frame": token_hash(frame_token)}, _STEP_TIME)
        return ticket

    async def begin(self, token: str, redirect_uri: str, *, conversation_id: str = "", ticket: str = "") -> str:
        """The address to send the person to. Raises SignInFailedError, SignInStaleError."""
        frame = (await self._take(ticket))["frame"] if ticket else ""
        departure = await self._provider.depart(redirect_uri)
        step = {
            "visitor": token_hash(token),
            "nonce": departure.nonce,
            "code_verifier": departure.code_verifier,
            "redirect_uri": redirect_uri,
            "conversation": conversation_id,
            "frame": frame,
        }
        await self._keep(departure.state, step, _STEP_TIME)
        return departure.url

    async def finish(self, token: str | None, answer: Mapping[str, str]) -> SignedIn:
        """`answer` is what the provider sent the person back with. Raises SignInError."""
        step = await self._take(answer.get("state", ""))
        if token is None or step.get("visitor") != token_hash(token):
            raise SignInStaleError
        if answer.get("error") in _REFUSALS:
            raise SignInDeniedError(provider=self.provider_name)
        if not answer.get("code"):
            raise SignInFailedError(provider=self.provider_name)
        account = admit(self._configuration, await self._provider.arrive(answer["code"], step))
        claim = await self._claim_for(step["frame"], account) if step["frame"] else ""
        new_token = await self._identities.sign_in(account, token)
        return SignedIn(token=new_token, conversation_id=step["conversation"], claim=claim)

    async def redeem(self, claim: str, frame_token: str | None) -> str:
        """The frame's new token. Raises SignInStaleError for any other browser's."""
        step = await self._take(claim)
        if frame_token is None or step.get("frame") != token_hash(frame_token) or "subject" not in step:
            raise SignInStaleError
        account = Account(issuer=step["issuer"], subject=step["subject"], name=step["name"])
        return await self._identities.sign_in(account, frame_token)

    async def sign_out(self, token: str) -> None:
        await self._identities.sign_out(token)

    async def sign_out_everywhere(self, token: str) -> None:
        """Every browser of the person whose token this is; nothing where it was revoked already."""
        with suppress(SignedOutError):
            await self._identities.sign_out_everywhere(token)

    async def _claim_for(self, frame: str, account: Account) -> str:
        claim = secrets.token_urlsafe(32)
        about = {"issuer": account.issuer, "subject": account.subject, "name": account.name}
        await self._keep(claim, {"frame": frame, **about}, _CLAIM_TIME)
        return claim

    async def _keep(self, key: str, step: dict[str, str], time: timedelta) -> None:
        now = self._clock()
        await asyncio.to_thread(self._store.add_sign_in_step, token_hash(key), step, now, now + time)

    async def _take(self, key: str) -> dict[str, str]:
        try:
            return await asyncio.to_thread(self._store.take_sign_in_step, token_hash(key), self._clock())
        except NotFoundError as error:
            raise SignInStaleError from error
