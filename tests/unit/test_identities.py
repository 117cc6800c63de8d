"""How long somebody is who they are: tokens, and sign-ins, that end."""

from datetime import timedelta

import pytest

from assistant.errors.visitor import SignedOutError
from assistant.identities import Identities, new_token
from assistant.identity import Account
from tests.fakes.desk import Clock
from tests.fakes.memory_store import MemoryConversationStore

ANN = Account(issuer="https://id.example", subject="42", name="ann")


async def test_a_sign_in_lasts_for_its_days_and_an_anonymous_visitor_for_ever() -> None:
    clock = Clock()
    identities = Identities(MemoryConversationStore(), clock=clock, sign_in_life=timedelta(days=30))
    visitor, token = new_token(), await identities.sign_in(ANN, None)
    clock.now += timedelta(days=29)
    assert (await identities.identify(token)).account == ANN
    assert not await identities.see(visitor)
    clock.now += timedelta(days=1)
    for ended in (identities.identify, identities.see, identities.sign_out_everywhere):
        with pytest.raises(SignedOutError):
            await ended(token)
    assert (await identities.identify(visitor)).account is None


async def test_revoked_tokens_are_forgotten_when_no_browser_can_have_them_any_more() -> None:
    clock = Clock()
    identities = Identities(MemoryConversationStore(), clock=clock)
    await identities.sign_out(await identities.sign_in(ANN, None))
    clock.now += timedelta(days=400)
    assert identities.forget_revoked() == 0
    clock.now += timedelta(days=1)
    assert identities.forget_revoked() == 1
