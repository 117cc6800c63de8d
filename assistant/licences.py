"""Licences whose use restrictions a person has to accept, once, before a model under one answers them.

What is accepted is one version, by its name; permissive licences are shown and not asked about.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from assistant.errors.input import InputError
from assistant.errors.visitor import LicenceNotAcceptedError
from assistant.limits import Limits
from assistant.model_catalog import ModelCard
from assistant.ports import ConversationStore


def refuse_without_licence(store: ConversationStore, card: ModelCard, owner_id: str) -> None:
    """Blocks. Raises LicenceNotAcceptedError, StorageError."""
    licence = card.licence
    if licence.use_restrictions and store.licence_accepted_at(owner_id, licence.name) is None:
        raise LicenceNotAcceptedError(model=card.name, licence=licence.name, url=licence.url)


class LicenceService:
    def __init__(
        self,
        store: ConversationStore,
        card: Callable[[], ModelCard],
        limits: Limits,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._card = card
        self._limits = limits
        self._clock = clock

    async def accept(self, owner_id: str, licence: str) -> None:
        """`licence`: the name that was shown. Raises InputError when that is not the model's licence, or no more;
        LimitError."""
        if licence != self._card().licence.name:
            raise InputError
        await self._limits.take_small(owner_id)
        await asyncio.to_thread(self._store.accept_licence, owner_id, licence, self._clock())
