"""The only entry point: settings, storage, model and service are put together here, and served."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI

from assistant.attachment_sizes import AttachmentSizes
from assistant.backends.choice import choose_loader
from assistant.backends.hub import fetch
from assistant.chat_service import ChatService
from assistant.command_line import read_command
from assistant.context_meter import ContextMeter
from assistant.context_view import ContextViews
from assistant.conversation_service import ConversationService
from assistant.data_folder import make_data_folder
from assistant.draft_service import DraftService
from assistant.engine import Engine, ModelLoader
from assistant.errors.app import SettingsError
from assistant.errors.root import AssistantError
from assistant.feedback import FeedbackService
from assistant.generation.deadlines import Deadlines
from assistant.heartbeat import Heartbeat
from assistant.identities import Identities
from assistant.licences import LicenceService
from assistant.limits import Bounds, Limits
from assistant.maintenance import BackupPlan, Maintenance
from assistant.model_catalog import ModelCard
from assistant.portable.portability import Portability
from assistant.prompt_service import PromptService
from assistant.prompting.library import load_template
from assistant.prompting.template import PromptTemplate
from assistant.ratings_export import export_ratings
from assistant.repeating import Repeating
from assistant.runs import Runs
from assistant.search import SearchService
from assistant.settings import Settings, load_settings
from assistant.share_looks import ShareLooks
from assistant.share_reading import ShareReader
from assistant.sharing import SharingService
from assistant.sign_in.configuration import find_sign_in
from assistant.sign_in.provider import Provider
from assistant.sign_in.sign_in import SignIn
from assistant.titles import Titles
from assistant.ui.keeping import Keeping
from assistant.ui.page import mount_page
from assistant.ui.page_files import page_file_routes, page_head, page_sheets
from assistant.ui.services import Services
from assistant.web.application import create_web_app
from assistant.web.draft_routes import draft_routes
from assistant.web.health import Health
from assistant.web.here import build_mark, here_route
from assistant.web.hosting import find_hosting
from assistant.web.metrics import metrics_route
from assistant.web.page_document import PageParts
from assistant.web.problem import answer_unreadable
from assistant.web.server import open_socket, serve
from assistant.web.share_desk import share_desk_routes
from assistant.web.share_page import share_routes
from assistant.web.share_pages import SharePages
from assistant.web.transfers import transfer_routes
from assistant.web.visitor_cookie import VisitorCookie
from assistant.web.visitors import Visitors
from assistant.wording import Wording
from storage.allowances import SqlAllowanceStore
from storage.backup import back_up
from storage.backup_folder import BackupFolder
from storage.database import open_database, sqlite_file
from storage.migrate import migrate
from storage.store import SqlConversationStore


def main(arguments: Sequence[str] = ()) -> int:
    """Serve, or do what the command line asks for instead; the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("assistant").setLevel(logging.INFO)
    wording = Wording()
    command = read_command(arguments, wording)
    try:
        settings = load_settings()
        if command.name == "backup" and command.path:
            back_up(_database_url(settings), command.path)
            print(wording("command.backed_up", path=str(command.path)))
        elif command.name == "export-ratings" and command.path:
            count = _export_ratings(settings, command.path)
            print(wording("command.exported_ratings", count=count, path=str(command.path)))
        else:
            run(settings, choose_loader(settings))
    except AssistantError as error:
        print(wording.error(error), file=sys.stderr)
        return 1
    return 0


def run(settings: Settings, loader: ModelLoader) -> None:
    """Serve until told to end. Raises AssistantError when the app cannot start."""
    host = find_hosting(settings, os.environ).listen_on
    with open_socket(host, settings.port) as listening:
        app, runs = build(settings, loader)
        drain = partial(runs.drain, settings.drain_seconds)
        serve(app, listening, f"http://{host}:{settings.port}", drain)


def build(settings: Settings, loader: ModelLoader) -> tuple[FastAPI, Runs]:  # noqa: PLR0915  # one part after the other
    make_data_folder(settings.data_dir)
    backups = _backup_folder(settings)
    if backups:
        backups.restore()
    database = open_database(_database_url(settings), settings.database_connections)
    database.claim()
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
    titles = Titles(engine, store, runs.line)
    runs.on_end = titles.run_ended
    heartbeat = Heartbeat(runs, store, clock=_now, lost_after=settings.lost_after_seconds)
    limits = Limits(SqlAllowanceStore(database), _bounds(settings), clock=_now)
    service = ChatService(
        store,
        engine,
        runs,
        limits,
        process_id=_new_id(),
        new_id=_new_id,
        clock=_now,
        message_limit=settings.message_limit,
    )
    sharing = SharingService(store, lambda: loader.card, limits, clock=_now)
    looks = ShareLooks(store, clock=_now)
    services = Services(
        chat=service,
        conversations=ConversationService(store, runs, clock=_now),
        feedback=FeedbackService(store, clock=_now),
        licences=LicenceService(store, lambda: engine.card, limits, clock=_now),
        search=SearchService(store),
        prompts=PromptService(store, engine, limits, new_id=_new_id, clock=_now),
        attachment_sizes=AttachmentSizes(engine),
        context_meter=ContextMeter(store, engine),
        context_views=ContextViews(store, engine),
        titles=titles,
        limits=limits,
        repeating=Repeating(service, store, engine),
    )

    identities = Identities(store, clock=_now, sign_in_life=timedelta(days=settings.sign_in_days))
    retention = timedelta(days=settings.retention_days) if settings.retention_days else None
    maintenance = Maintenance(
        store,
        clock=_now,
        retention=retention,
        backups=BackupPlan(make=backups.add, seconds=settings.backup_hours * 3600) if backups else None,
        chores={"identities": identities.forget_revoked, "limits": limits.forget_unused},
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if not database.is_shared:
            await service.begin()
        heartbeat.start()
        engine.start()
        maintenance.start()
        indexing = asyncio.create_task(services.search.index_missing(), name="search-index")
        yield
        indexing.cancel()
        await asyncio.gather(indexing, return_exceptions=True)
        await maintenance.close()
        if backups:
            backups.close()
        await heartbeat.close()
        await titles.close()
        await looks.close()
        await engine.close()
        database.close()

    hosting = find_hosting(settings, os.environ)
    sign_in = _sign_in(settings, identities, store)
    visitors = Visitors(
        identities,
        VisitorCookie(framed=bool(hosting.framed_by), https_outside=hosting.is_https),
        must_sign_in=sign_in is not None and sign_in.is_required,
    )
    wording = Wording()
    health = Health(engine, store, lambda: runs.draining, maintenance.troubles)
    app = create_web_app(
        health,
        visitors,
        wording,
        hosting,
        limits=limits,
        page_parts=PageParts(head=build_mark() + page_head(), sheets=page_sheets()),
        sign_in=sign_in,
        lifespan=lifespan,
    )
    drafts = DraftService(store, limits, new_id=_new_id, clock=_now, limit=settings.message_limit)
    pages = SharePages(wording, settings.report_address)
    for routes in (
        share_routes(sharing, ShareReader(store, looks, limits, clock=_now), visitors, pages, wording),
        share_desk_routes(sharing, visitors, pages, wording, public_url=hosting.public_url),
        transfer_routes(Portability(store, wording, clock=_now, retention=retention), visitors, limits, wording),
        draft_routes(drafts, visitors),
        here_route(visitors),
        metrics_route(engine, runs.line, settings.metrics_token),
        page_file_routes(),
    ):
        app.include_router(routes)
    keeping = Keeping(
        retention_days=settings.retention_days,
        lost_at_restart=hosting.is_space and not (backups and backups.is_apart) and not database.is_shared,
    )
    mount_page(
        app,
        services,
        engine,
        wording,
        identify=visitors.identify,
        keeping=keeping,
        provider_name=sign_in.provider_name if sign_in else "",
    )
    answer_unreadable(app, wording)
    return app, runs


def _bounds(settings: Settings) -> Bounds:
    return Bounds(**{name: getattr(settings, name) for name in Bounds.__dataclass_fields__})


def _backup_folder(settings: Settings) -> BackupFolder | None:
    """Raises SettingsError."""
    if settings.backup_dir is None:
        return None
    file = sqlite_file(_database_url(settings))
    if file is None:
        fault = "is for SQLite alone"
        raise SettingsError(setting="ASSISTANT_BACKUP_DIR", fault=fault, allowed="pg_dump makes backups of PostgreSQL")
    return BackupFolder(settings.backup_dir, settings.backup_keep, database=file, clock=_now)


def _sign_in(settings: Settings, identities: Identities, store: SqlConversationStore) -> SignIn | None:
    """Raises SettingsError."""
    configuration = find_sign_in(settings, os.environ)
    return SignIn(configuration, Provider(configuration), identities, store, clock=_now) if configuration else None


def _database_url(settings: Settings) -> str:
    return settings.database_url.get_secret_value() or f"sqlite:///{settings.data_dir.resolve()}/assistant.db"


def _export_ratings(settings: Settings, path: Path) -> int:
    database = open_database(_database_url(settings), settings.database_connections)
    try:
        migrate(database)
        return export_ratings(SqlConversationStore(database), path)
    finally:
        database.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid4().hex


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
