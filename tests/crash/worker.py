"""The process that is killed: the app's start and its services on a real database, and people who use it at random."""

import asyncio
import logging
import random
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from uuid import uuid4

from assistant.chat_service import ChatService
from assistant.conversation_service import ConversationService
from assistant.engine import Engine, LoadedModel, Report
from assistant.feedback import FeedbackService
from assistant.heartbeat import Heartbeat
from assistant.limits import Bounds, Limits
from assistant.memory_allowances import MemoryAllowanceStore
from assistant.model_catalog import ModelCard
from assistant.portable.portability import Portability
from assistant.runs import Runs
from assistant.sharing import SharingService
from assistant.wording import Wording
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.crash.person import Person
from tests.crash.records import Broken, Go, Handed, Kept, Record, Recovered
from tests.crash.services import Services
from tests.fakes.desk import TEMPLATE
from tests.fakes.scripted_model import CARD
from tests.fakes.wordy_model import WordyModel

OWNERS = ("owner-ann", "owner-bob", "owner-eve")
PEOPLE = 5
LOST_AFTER = 0.5


def work(url: str, pipe: Connection) -> None:
    """Until the parent kills it, or closes the pipe."""
    # That runs of the dead are interrupted is no news here.
    logging.getLogger("assistant").setLevel(logging.ERROR)
    telling = threading.Lock()

    def tell(record: Record) -> None:
        with telling:
            pipe.send(record)

    with suppress(EOFError, BrokenPipeError):
        try:
            asyncio.run(_live(url, pipe, tell))
        except Exception:
            tell(Broken(traceback=traceback.format_exc()))


class TellingStore(SqlConversationStore):
    def __init__(self, database: Database, tell: Callable[[Record], None]) -> None:
        super().__init__(database)
        self._tell = tell

    def checkpoint(self, run_id: str, text: str, now: datetime) -> bool:
        self._tell(Handed(run_id=run_id, text=text))
        ours = super().checkpoint(run_id, text, now)
        self._tell(Kept(run_id=run_id))
        return ours


async def _live(url: str, pipe: Connection, tell: Callable[[Record], None]) -> None:
    database = open_database(url)
    migrate(database)
    services = _services(TellingStore(database, tell))
    await _recover(services, database)
    tell(Recovered())
    go: Go = await asyncio.to_thread(pipe.recv)
    services.engine.start()
    await services.engine.ready()
    # The model's length of answers too: one seed for all of this worker's chances.
    random.seed(go.seed)
    async with asyncio.TaskGroup() as group:
        people = [
            Person(services, OWNERS[n % len(OWNERS)], random.Random(f"{go.seed}-{n}"), tell, group)
            for n in range(PEOPLE)
        ]
        for asking in go.unanswered:
            await people[0].ask(asking)
        for person in people:
            person.knows(await asyncio.to_thread(_own_conversations, services, person, people))
        for person in people:
            group.create_task(person.live())


async def _recover(services: Services, database: Database) -> None:
    """As app.py: who shares a database with others waits for the end of the dead one's heartbeat."""
    if not database.is_shared:
        await services.turns.begin()
        return
    services.heartbeat.start()
    while await asyncio.to_thread(services.store.unfinished_runs):
        await asyncio.sleep(LOST_AFTER / 10)


def _services(store: SqlConversationStore) -> Services:
    engine = Engine(_Loader(), lambda _: TEMPLATE)
    runs = Runs(engine, store, clock=_now)
    limits = Limits(MemoryAllowanceStore(), Bounds(), clock=_now)
    turns = ChatService(
        store, engine, runs, limits, process_id=_new_id(), new_id=_new_id, clock=_now, message_limit=10_000
    )
    sharing = SharingService(store, lambda: CARD, limits, clock=_now)
    conversations = ConversationService(store, runs, clock=_now)
    heartbeat = Heartbeat(runs, store, clock=_now, lost_after=LOST_AFTER)
    return Services(
        engine=engine,
        heartbeat=heartbeat,
        turns=turns,
        conversations=conversations,
        sharing=sharing,
        feedback=FeedbackService(store, clock=_now),
        portability=Portability(store, Wording(), clock=_now),
        store=store,
    )


def _own_conversations(services: Services, person: Person, people: list[Person]) -> list[str]:
    """Each conversation has one person at a time, so that what was tried last is known."""
    neighbours = [other for other in people if other.owner == person.owner]
    place = neighbours.index(person)
    listed = services.store.conversations(person.owner, 30)
    return [c.id for c in listed if int(c.id[:8], 16) % len(neighbours) == place]


class _Loader:
    @property
    def card(self) -> ModelCard:
        return CARD

    async def load(self, report: Report) -> LoadedModel:
        return LoadedModel(
            language_model=WordyModel(), card=CARD, revision="r1", context_window=1_000_000, concurrency=PEOPLE
        )

    async def warm(self, prefix: str) -> None:
        """There is nothing to warm."""

    async def close(self) -> None:
        """There is nothing to close."""


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid4().hex
