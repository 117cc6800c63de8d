"""What an OpenAI-compatible server is and serves: asked once, before the first question.

Knows nothing of prompts, and keeps no connection.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePath
from typing import Any

import httpx2

from assistant.backends.openai_protocol.connection import Connection
from assistant.backends.openai_protocol.dialect import Dialect
from assistant.backends.openai_protocol.errors import translated
from assistant.backends.patience import QUESTION_SECONDS
from assistant.errors.engine import EngineAccessError, EngineError, EngineLoadError, EngineUnavailableError
from assistant.model_catalog import CATALOG, card_for

_UNNAMED = "of the server"
_NOT_SPOKEN = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)
_OWNERS = {"llamacpp": Dialect.LLAMA_CPP, "vllm": Dialect.VLLM, "sglang": Dialect.SGLANG}
# What servers call it: vLLM and SGLang, OpenRouter, Groq, Mistral.
_WINDOW_FIELDS = ("max_model_len", "context_length", "context_window", "max_context_length")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedModel:
    dialect: Dialect
    id: str
    """As the server wants to hear it. May be the path of a file: not to be shown."""
    window: int | None
    """Tokens, where the server tells."""
    slots: int | None
    """Of llama.cpp's server: answers that it writes at the same time."""

    @property
    def shown(self) -> str:
        return shown_name(self.id)


def shown_name(model_id: str) -> str:
    """A repository's whole name, but of a file's path its last part alone: folders are nobody's business."""
    is_path = model_id.startswith(("/", ".", "~")) or "\\" in model_id or model_id.endswith(".gguf")
    return PurePath(model_id.replace("\\", "/")).name if is_path else model_id


async def discover(
    connection: Connection, wanted: str, dialect: Dialect | None = None, silence_seconds: float = QUESTION_SECONDS
) -> ServedModel:
    """`wanted` is the server's name of a model, ours, or empty for the only one; `dialect` is found out if None.

    Raises EngineUnavailableError while nobody answers, EngineLoadError or EngineAccessError when somebody has to mend
    it.
    """
    with _load_errors(shown_name(wanted) or _UNNAMED):
        async with connection.async_http_client(min(silence_seconds, connection.silence_seconds)) as client:
            dialect = dialect or await _transformers(client)
            if dialect is Dialect.TRANSFORMERS and wanted:
                # It lists what its machine has downloaded, which need not be what it was started with.
                named = CATALOG[wanted].hub_id if wanted in CATALOG else wanted
                return ServedModel(dialect=dialect, id=named, window=None, slots=None)
            models = await _models(client)
            properties = await _json(client, "/props")
            entry = _chosen(models, wanted, is_llama_cpp="default_generation_settings" in properties)
            dialect = dialect or await _dialect(client, entry, properties)
    return ServedModel(
        dialect=dialect, id=str(entry["id"]), window=_window(entry, properties), slots=_slots(properties)
    )


async def takes_prompts(connection: Connection, model_id: str) -> bool:
    """Whether the server speaks `/v1/completions`: some only take messages. Asks for one token to know.

    Raises as `discover` does.
    """
    with _load_errors(shown_name(model_id)), translated():
        async with connection.async_http_client(connection.silence_seconds) as client:
            body = {"model": model_id, "prompt": "1, 2,", "max_tokens": 1}
            answer = await client.post("/v1/completions", json=body)
            if answer.status_code in _NOT_SPOKEN:
                return False
            # A server that refuses just this question speaks the protocol.
            if answer.status_code not in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
                _checked(answer)
    return True


async def _models(client: httpx2.AsyncClient) -> list[Mapping[str, Any]]:
    with translated():
        answer = _checked(await client.get("/v1/models"))
        entries = [entry for entry in answer.json()["data"] if isinstance(entry["id"], str)]
    if not entries:
        fault = "its server serves no model, or does not tell: ASSISTANT_MODEL can name it"
        raise EngineLoadError(model=_UNNAMED, fault=fault)
    return entries


def _checked(answer: httpx2.Response) -> httpx2.Response:
    # Of a server that is starting, or of a proxy in front of it.
    if answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise EngineUnavailableError(fault="answered 500")
    return answer.raise_for_status()


@contextmanager
def _load_errors(model: str) -> Iterator[None]:
    """While a model is being found, whatever waiting does not mend is for somebody to mend."""
    try:
        yield
    except (EngineAccessError, EngineLoadError, EngineUnavailableError):
        raise
    except EngineError as error:
        fault = f"its server {error.facts['fault']}: is the address that of an OpenAI-compatible server?"
        raise EngineLoadError(model=model, fault=fault) from error


async def _json(client: httpx2.AsyncClient, path: str) -> Mapping[str, Any]:
    """Empty where the server does not know the route, or answers it with something else."""
    try:
        with translated():
            answer = (await client.get(path)).raise_for_status().json()
    except EngineUnavailableError:
        raise
    except EngineError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _chosen(models: Sequence[Mapping[str, Any]], wanted: str, *, is_llama_cpp: bool) -> Mapping[str, Any]:
    names = ", ".join(sorted(shown_name(entry["id"]) for entry in models))
    if not wanted:
        if len(models) > 1:
            fault = f"its server serves several models; ASSISTANT_MODEL has to name one of: {names}"
            raise EngineLoadError(model=_UNNAMED, fault=fault)
        return models[0]
    card = card_for(wanted)
    for is_meant in (
        lambda served: served == wanted,
        lambda served: shown_name(served) == wanted or served == card.hub_id,
        lambda served: card_for(served).name == card.name,
    ):
        if found := [entry for entry in models if is_meant(entry["id"])]:
            return found[0]
    # llama.cpp's server has one model and answers to any name; its file may be called anything.
    if is_llama_cpp and len(models) == 1:
        return models[0]
    raise EngineLoadError(model=shown_name(wanted), fault=f"its server does not serve it, but: {names}")


async def _transformers(client: httpx2.AsyncClient) -> Dialect | None:
    """`transformers serve` describes its routes, one of which no other server has."""
    paths = (await _json(client, "/openapi.json")).get("paths")
    return Dialect.TRANSFORMERS if isinstance(paths, dict) and "/v1/systemone" in paths else None


async def _dialect(client: httpx2.AsyncClient, entry: Mapping[str, Any], properties: Mapping[str, Any]) -> Dialect:
    if owner := _OWNERS.get(str(entry.get("owned_by"))):
        return owner
    if "default_generation_settings" in properties:
        return Dialect.LLAMA_CPP
    # Only of these two have entries this field; behind a proxy the owner may be another.
    if "max_model_len" in entry:
        for path in ("/get_model_info", "/get_server_info"):
            if "model_path" in await _json(client, path):
                return Dialect.SGLANG
        if "version" in await _json(client, "/version"):
            return Dialect.VLLM
    return Dialect.OPENAI


def _window(entry: Mapping[str, Any], properties: Mapping[str, Any]) -> int | None:
    """llama.cpp's server gives each slot what it was told to, whether or not the model was trained on as much."""
    told = [entry.get(field) for field in _WINDOW_FIELDS]
    for holder, field in ((properties.get("default_generation_settings"), "n_ctx"), (entry.get("meta"), "n_ctx_train")):
        if isinstance(holder, dict):
            told.append(holder.get(field))
    return min((tokens for tokens in told if isinstance(tokens, int) and tokens > 0), default=None)


def _slots(properties: Mapping[str, Any]) -> int | None:
    slots = properties.get("total_slots")
    return slots if isinstance(slots, int) and slots > 0 else None
