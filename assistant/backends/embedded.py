"""The embedded engine: llama.cpp's own server, in this process, on a loopback port that nobody else can use.

Spoken to over HTTP like any remote engine. Knows nothing of prompts but the prefix that it is told to read.
"""

import asyncio
import hashlib
import os
import secrets
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from assistant.backends.cpu_threads import batch_threads, engine_threads
from assistant.backends.hub import fetch
from assistant.backends.model_file import DEFAULT_MODEL, find_model_file
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.backends.openai_protocol.connection import Connection
from assistant.backends.openai_protocol.errors import translated
from assistant.backends.patience import USUAL_PATIENCE, Patience
from assistant.backends.replication.reading_ahead import read_ahead
from assistant.backends.slot_prefix import SlotPrefix
from assistant.engine import EngineStage, LoadedModel, Report
from assistant.errors.engine import EngineLoadError
from assistant.figures import Figure
from assistant.model_catalog import ModelCard, card_for
from assistant.model_transfer import Amount

SLOTS = 2
"""Conversations that are answered at the same time; each has a window of its own."""
_KEPT_MIB = 1024
"""Of conversations whose slot another one took, kept in memory: llama.cpp itself would fill 8 GiB with them."""


class EmbeddedLoader:
    """Implements `assistant.engine.ModelLoader`. `model` as in ASSISTANT_MODEL; prefixes are kept in `folder`."""

    def __init__(self, model: str, folder: Path, patience: Patience = USUAL_PATIENCE) -> None:
        self._model = model
        self._patience = patience
        self._folder = folder
        self.card: ModelCard = card_for(model or DEFAULT_MODEL)
        self._servers: list[Any] = []
        self._language_model: OpenAICompletions | None = None
        self._prefix: SlotPrefix | None = None

    async def load(self, report: Report) -> LoadedModel:
        await self.close()
        report(EngineStage.FETCHING, None)
        on_progress = partial(report, EngineStage.FETCHING)
        path = await asyncio.to_thread(find_model_file, self._model, partial(fetch, on_progress=on_progress))
        report(EngineStage.LOADING, Amount(path.stat().st_size))
        revision = await asyncio.to_thread(_revision, path)
        key = SecretStr(secrets.token_urlsafe(32))
        server = await asyncio.to_thread(_start, path, key, self.card, self._folder)
        self._servers.append(server)
        silence = self._patience.silence
        there = Connection(root=server.listening_address, api_key=key, silence_seconds=silence)
        self._language_model = OpenAICompletions(
            base_url=there.root, model_name=self.card.name, api_key=key, silence_seconds=silence
        )
        window = await asyncio.to_thread(_slot_window, there)
        identity = {"weights": revision, "engine": version("xllamacpp"), "window": str(window)}
        self._prefix = SlotPrefix(there, self._folder, identity)
        return LoadedModel(
            language_model=self._language_model,
            card=self.card,
            revision=revision,
            context_window=min(window, self.card.context_window),
            concurrency=SLOTS,
            figures=_figures,
        )

    async def warm(self, prefix: str) -> None:
        """It only saves time: a failure is no failure."""
        if self._language_model and self._prefix:
            await read_ahead({self.card.name: self._prefix.fill(prefix, SLOTS, self._language_model.read)})

    async def close(self) -> None:
        if self._language_model:
            await self._language_model.aclose()
        # The server stops when its last reference goes, and waits for its threads meanwhile.
        await asyncio.to_thread(self._servers.clear)


def _figures() -> Sequence[Figure]:
    """llama.cpp gives up what was used longest ago, and does not tell how much it holds."""
    return (Figure("kv_kept_limit_bytes", "What keys and values beside those of the slots may take.", _KEPT_MIB << 20),)


def _revision(path: Path) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _start(path: Path, key: SecretStr, card: ModelCard, folder: Path) -> Any:  # noqa: ANN401  # xllamacpp has no types
    # How long a thread that waits for the others spins before it sleeps: see docs/decisions.md. Read when the library
    # is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    # Imported here: it loads the engine's library, which a start without this backend need not.
    import xllamacpp

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EngineLoadError(model=card.name, fault=f"{folder.name} cannot be made: {error.strerror}") from error
    parameters = xllamacpp.CommonParams()
    parameters.slot_save_path = f"{folder.resolve()}/"
    parameters.model.path = str(path)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key.get_secret_value()]
    parameters.n_parallel = SLOTS
    parameters.cpuparams.n_threads = engine_threads()
    parameters.cpuparams_batch.n_threads = batch_threads()
    # A window of its own for each slot, so that one conversation cannot crowd out another's prefix.
    parameters.kv_unified = False
    # A prompt is read in pieces of this many tokens, as many as are computed at once: how far it has come is told after
    # each, the other slot writes on in between, and whoever stops is heard. More at once is no faster: see
    # docs/decisions.md.
    parameters.n_batch = 128
    parameters.n_ctx = SLOTS * card.context_window
    parameters.cache_ram_mib = _KEPT_MIB
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.verbosity = 0
    try:
        return xllamacpp.Server(parameters)
    except RuntimeError as error:
        raise EngineLoadError(model=card.name, fault=f"llama.cpp cannot load {path.name}: is it whole?") from error


def _slot_window(there: Connection) -> int:
    """Tokens of one slot: what was asked for, or what the model was trained on where that is less."""
    with translated(), there.http_client() as client:
        properties = client.get("/props").raise_for_status().json()
        models = client.get("/v1/models").raise_for_status().json()
    trained = models["data"][0]["meta"]["n_ctx_train"]
    return min(int(properties["default_generation_settings"]["n_ctx"]), int(trained))
