"""A model under use restrictions answers whoever has accepted them, once; others are shown and not asked about."""

from dataclasses import replace

import pytest

from assistant.errors.input import InputError
from assistant.errors.visitor import LicenceNotAcceptedError
from assistant.licences import LicenceService
from assistant.model_catalog import OPENRAIL_M
from tests.fakes.desk import ANN, BOB, Desk, open_desk
from tests.fakes.scripted_model import CARD, ScriptedLoader, ScriptedModel

RESTRICTED = replace(CARD, licence=OPENRAIL_M)


def restricted() -> dict[str, object]:
    model = ScriptedModel()
    return {"model": model, "loader": ScriptedLoader(model, card=RESTRICTED)}


def licences(desk: Desk) -> LicenceService:
    return LicenceService(desk.store, lambda: desk.engine.card, desk.limits, clock=desk.clock)


async def test_before_it_is_accepted_nothing_is_asked_and_nothing_kept() -> None:
    async with open_desk(**restricted()) as desk:
        with pytest.raises(LicenceNotAcceptedError) as refused:
            await desk.ask("One?")
        assert refused.value.facts["licence"] == OPENRAIL_M.name
        assert refused.value.facts["url"] == OPENRAIL_M.url
        assert await desk.conversations.conversations(ANN, 10) == []
        assert desk.model.prompts == []


async def test_once_accepted_it_is_never_asked_again_and_for_each_person_alone() -> None:
    async with open_desk(**restricted()) as desk:
        await licences(desk).accept(ANN, OPENRAIL_M.name)
        run = await desk.answered("One?", "First.")
        await desk.answered("Two?", "Second.", run.conversation_id)
        assert desk.store.licence_accepted_at(ANN, OPENRAIL_M.name)
        with pytest.raises(LicenceNotAcceptedError):
            await desk.ask("One?", owner=BOB)


async def test_only_the_licence_that_is_the_models_can_be_accepted() -> None:
    async with open_desk(**restricted()) as desk:
        for other in ("", "BigCode OpenRAIL-M v2", CARD.licence.name):
            with pytest.raises(InputError):
                await licences(desk).accept(ANN, other)


async def test_a_permissive_licence_is_not_asked_about() -> None:
    async with open_desk() as desk:
        assert not CARD.licence.use_restrictions
        await desk.answered("One?", "First.")
