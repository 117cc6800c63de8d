"""Somebody who does one thing after the other at random, and tells what was tried and what was said to be done."""

import asyncio
import hashlib
import itertools
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

from assistant.conversation import GenerationOptions, Role, Run
from assistant.errors.app import (
    ConversationBusyError,
    ConversationMovedError,
    NotFoundError,
    ShareDraftChangedError,
)
from assistant.errors.engine import EngineBusyError
from assistant.run_update import RunStage
from assistant.share_draft import Inclusions
from assistant.share_link import new_request
from assistant.sharing import Terms
from tests.crash.keeper import Keeper
from tests.crash.records import Asked, Asking, Changed, Changing, Ended, Record, Refused, Shared, Shown, What
from tests.crash.services import Services

# As a page that is watched looks for new text.
PACE = 0.03


class Person:
    def __init__(
        self,
        services: Services,
        owner: str,
        chance: random.Random,
        tell: Callable[[Record], None],
        group: asyncio.TaskGroup,
    ) -> None:
        self.owner = owner
        self._group = group
        self._services = services
        self._chance = chance
        self._tell = tell
        self._conversations: list[str] = []
        self._deleted: list[str] = []
        self._watched: set[str] = set()
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._titles = itertools.count(1)
        self._named: set[str] = set()
        """Conversations that this person gave a name."""
        self._keeper = Keeper(services, owner, chance, tell)

    def knows(self, conversations: list[str]) -> None:
        self._conversations += conversations

    async def live(self) -> None:
        actions: dict[Callable[[str], Awaitable[None]], int] = {
            self._go_on: 8,
            self._wait_for_the_answer: 8,
            self._send_twice: 3,
            self._send_from_two_tabs: 2,
            self._send_from_a_stale_tab: 2,
            self._edit: 3,
            self._regenerate: 3,
            self._stop: 3,
            self._select_a_version: 2,
            self._rename: 1,
            self._pin: 1,
            self._archive: 1,
            self._delete: 1,
            self._share: 1,
            self._revoke: 1,
            self._continue: 3,
            self._name_by_model: 1,
            self._keeper.fork: 1,
            self._keeper.import_some: 1,
            self._keeper.prune: 2,
            self._keeper.bring_back: 1,
            self._keeper.rate: 2,
        }
        while True:
            if not self._conversations or self._chance.random() < 0.1:
                await self._begin()
            elif self._deleted and self._chance.random() < 0.05:
                await self._restore()
            else:
                (action,) = self._chance.choices(list(actions), list(actions.values()))
                await action(self._chance.choice(self._conversations))

    async def ask(self, asking: Asking) -> Run | None:
        self._tell(asking)
        try:
            run = await self._call(asking)
        except (ConversationBusyError, ConversationMovedError, NotFoundError):
            self._tell(Refused(request=asking.request))
            return None
        except EngineBusyError:
            # Asked again in the next life.
            return None
        self._tell(
            Asked(request=asking.request, run_id=run.id, conversation_id=run.conversation_id, answer_id=run.answer_id)
        )
        if run.id not in self._watched:
            self._watched.add(run.id)
            self._watching[run.conversation_id] = self._group.create_task(self._watch(run))
        return run

    # Questions

    async def _begin(self) -> None:
        if run := await self.ask(self._new("send", None, None)):
            self._conversations.append(run.conversation_id)

    async def _go_on(self, conversation_id: str) -> None:
        await self.ask(self._new("send", conversation_id, await self._leaf(conversation_id)))

    async def _send_twice(self, conversation_id: str) -> None:
        asking = self._new("send", conversation_id, await self._leaf(conversation_id))
        await asyncio.gather(self.ask(asking), self.ask(asking))

    async def _send_from_two_tabs(self, conversation_id: str) -> None:
        leaf = await self._leaf(conversation_id)
        tabs = [self._new("send", conversation_id, leaf) for _ in range(2)]
        await asyncio.gather(*(self.ask(asking) for asking in tabs))

    async def _send_from_a_stale_tab(self, conversation_id: str) -> None:
        shown = (await self._services.conversations.open(self.owner, conversation_id)).messages
        if len(shown) > 2:
            await self.ask(self._new("send", conversation_id, shown[-3].id))

    async def _edit(self, conversation_id: str) -> None:
        await self.ask(self._new("edit", conversation_id, await self._some(conversation_id, Role.USER)))

    async def _regenerate(self, conversation_id: str) -> None:
        await self.ask(self._new("regenerate", conversation_id, await self._some(conversation_id, Role.ASSISTANT)))

    async def _continue(self, conversation_id: str) -> None:
        shown = (await self._services.conversations.open(self.owner, conversation_id)).messages
        if cut_off := [message.id for message in shown if message.is_cut_off]:
            await self.ask(self._new("continue", conversation_id, self._chance.choice(cut_off)))

    async def _wait_for_the_answer(self, conversation_id: str) -> None:
        if watching := self._watching.get(conversation_id):
            await asyncio.wait({watching})

    async def _stop(self, conversation_id: str) -> None:
        await self._services.turns.stop(self.owner, conversation_id)

    # Conversations

    async def _select_a_version(self, conversation_id: str) -> None:
        view = await self._services.conversations.open(self.owner, conversation_id)
        if several := [versions for versions in view.versions.values() if len(versions) > 1]:
            version = self._chance.choice(self._chance.choice(several))
            self._tell(Changing(target=conversation_id, what="leaf", value=None))
            await self._services.conversations.select_version(self.owner, conversation_id, version)
            self._tell(Changed(target=conversation_id, what="leaf", value=await self._leaf(conversation_id)))

    async def _rename(self, conversation_id: str) -> None:
        title = f"Title {next(self._titles)} {uuid4().hex}"
        self._named.add(conversation_id)
        await self._change(
            conversation_id, "title", title, self._services.conversations.rename(self.owner, conversation_id, title)
        )

    async def _name_by_model(self, conversation_id: str) -> None:
        await self._keeper.name_by_model(conversation_id, named_by_person=conversation_id in self._named)

    async def _pin(self, conversation_id: str) -> None:
        pinned = self._chance.random() < 0.3
        call = self._services.conversations.pin(self.owner, conversation_id, pinned)
        await self._change(conversation_id, "pinned", pinned, call)

    async def _archive(self, conversation_id: str) -> None:
        archived = self._chance.random() < 0.3
        call = self._services.conversations.archive(self.owner, [conversation_id], archived)
        await self._change(conversation_id, "archived", archived, call)

    async def _delete(self, conversation_id: str) -> None:
        self._conversations.remove(conversation_id)
        call = self._services.conversations.delete(self.owner, [conversation_id])
        await self._change(conversation_id, "deleted", True, call)
        self._deleted.append(conversation_id)

    async def _restore(self) -> None:
        conversation_id = self._deleted.pop(self._chance.randrange(len(self._deleted)))
        call = self._services.conversations.restore(self.owner, [conversation_id])
        await self._change(conversation_id, "deleted", False, call)
        self._conversations.append(conversation_id)

    async def _share(self, conversation_id: str) -> None:
        sharing = self._services.sharing
        chosen = Inclusions()
        seen = (await sharing.draft(self.owner, conversation_id, chosen)).fingerprint
        try:
            made = await sharing.publish(self.owner, conversation_id, chosen, Terms(), seen=seen, request=new_request())
        except ShareDraftChangedError:
            # The conversation went on while this person looked at it.
            return
        snapshot = await sharing.version(self.owner, made.share.id, 1)
        self._tell(
            Shared(
                share_id=made.share.id,
                conversation_id=conversation_id,
                token_sha256=hashlib.sha256(made.token.encode()).hexdigest(),
                snapshot=snapshot.model_dump_json(),
            )
        )

    async def _revoke(self, conversation_id: str) -> None:
        of_all = await self._services.sharing.shares(self.owner)
        if shares := [share for share in of_all if share.conversation_id == conversation_id]:
            share_id = self._chance.choice(shares).id
            await self._change(share_id, "revoked", True, self._services.sharing.revoke(self.owner, share_id))

    # Inside

    async def _call(self, asking: Asking) -> Run:
        turns, options = self._services.turns, GenerationOptions()
        request = {"client_request_id": asking.request, "options": options}
        if asking.how == "send":
            return await turns.send(
                asking.owner, asking.conversation_id, asking.text, expected_leaf_id=asking.at, **request
            )
        if asking.how == "edit":
            return await turns.edit(asking.owner, asking.conversation_id, asking.at, asking.text, **request)
        again = turns.regenerate if asking.how == "regenerate" else turns.continue_answer
        return await again(asking.owner, asking.conversation_id, asking.at, **request)

    async def _watch(self, run: Run) -> None:
        # A conversation that is deleted meanwhile cannot be watched to its end.
        with suppress(NotFoundError):
            async for update in self._services.turns.watch(run.owner_id, run.id, PACE):
                if update.stage is RunStage.ENDED:
                    self._tell(Ended(answer_id=run.answer_id, status=update.status, text=update.text))
                elif update.text:
                    self._tell(Shown(answer_id=run.answer_id, text=update.text))

    async def _change(self, target: str, what: What, value: object, call: Awaitable[None]) -> None:
        self._tell(Changing(target=target, what=what, value=value))
        await call
        self._tell(Changed(target=target, what=what, value=value))

    def _new(self, how: str, conversation_id: str | None, at: str | None) -> Asking:
        request = uuid4().hex
        text = None if how in ("regenerate", "continue") else f"Question {request}?\n\tAnd 👩🏽‍💻 {how}."
        return Asking(request=request, how=how, owner=self.owner, conversation_id=conversation_id, at=at, text=text)

    async def _leaf(self, conversation_id: str) -> str | None:
        return (await asyncio.to_thread(self._services.store.conversation, self.owner, conversation_id)).leaf_id

    async def _some(self, conversation_id: str, role: Role) -> str:
        shown = (await self._services.conversations.open(self.owner, conversation_id)).messages
        # A fork may end before its first answer.
        return self._chance.choice([message.id for message in shown if message.role is role] or [shown[0].id])
