"""The only entry point: settings, storage, model and service are put together here, and served."""

import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from fastapi import FastAPI

from assistant.backends.choice import choose_loader
from assistant.backends.hub import fetch
from assistant.chat_service import ChatService
from assistant.conversation_service import ConversationService
from assistant.data_folder import make_data_folder
from assistant.engine import Engine, ModelLoader
from assistant.errors import AssistantError
from assistant.generation.deadlines import Deadlines
from assistant.model_catalog import ModelCard
from assistant.prompting.library import load_template
from assistant.prompting.template import PromptTemplate
from assistant.runs import Runs
from assistant.settings import Settings, load_settings
from assistant.sharing import SharingService
from assistant.ui.page import mount_page
from assistant.ui.services import Services
from assistant.web.application import create_web_app
from assistant.web.health import Health
from assistant.web.hosting import find_hosting
from assistant.web.identity import VisitorCookie, load_or_create_key
from assistant.web.server import open_socket, serve
from assistant.wording import Wording
from storage.database import open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("assistant").setLevel(logging.INFO)
    try:
        settings = load_settings()
        run(settings, choose_loader(settings))
    except AssistantError as error:
        print(Wording().error(error), file=sys.stderr)
        return 1
    return 0


def run(settings: Settings, loader: ModelLoader) -> None:
    """Serve until told to end. Raises AssistantError when the app cannot start."""
    host = find_hosting(settings, os.environ).listen_on
    with open_socket(host, settings.port) as listening:
        app, runs = build(settings, loader)
        drain = partial(runs.drain, settings.drain_seconds)
        serve(app, listening, f"http://{host}:{settings.port}", drain)


def build(settings: Settings, loader: ModelLoader) -> tuple[FastAPI, Runs]:
    make_data_folder(settings.data_dir)
    database = open_database(settings.database_url or f"sqlite:///{settings.data_dir.resolve()}/assistant.db")
    migrate(database)
    store = SqlConversationStore(database)

    def choose_template(card: ModelCard) -> PromptTemplate:
        return load_template(settings.prompt, card.prompt, fetch)

    # Once now: a prompt that cannot be used stops the start.
    choose_template(loader.card)
    engine = Engine(loader, choose_template)
    deadlines = Deadlines(
        first_token=settings.first_token_seconds, next_token=settings.next_token_seconds, answer=settings.answer_seconds
    )
    runs = Runs(engine, store, clock=_now, deadlines=deadlines, longest_line=settings.queue_length)
    service = ChatService(
        store, engine, runs, process_id=_new_id(), new_id=_new_id, clock=_now, message_limit=settings.message_limit
    )
    sharing = SharingService(store, lambda: loader.card, new_id=_new_id, clock=_now)
    conversations = ConversationService(store, runs, clock=_now)
    services = Services(chat=service, conversations=conversations, sharing=sharing)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.begin()
        engine.start()
        yield
        await engine.close()
        database.close()

    hosting = find_hosting(settings, os.environ)
    key = load_or_create_key(settings.data_dir / "cookie.key")
    cookie = VisitorCookie(key, framed=bool(hosting.framed_by), https_outside=hosting.is_https)
    wording = Wording()
    health = Health(engine, store, lambda: runs.draining)
    app = create_web_app(health, sharing, cookie, wording, hosting, lifespan=lifespan)
    mount_page(app, services, engine, wording, owner_of=cookie.owner_of, public_url=hosting.public_url)
    return app, runs


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid4().hex


if __name__ == "__main__":
    sys.exit(main())
