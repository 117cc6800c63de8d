"""How many tokens a text is to the model behind an OpenAI-compatible server: the protocol itself cannot tell.

Asked in this order: the server's own tokenizer, the model's tokenizer from the Hub, an estimate. Calls block: use a
worker thread.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.backends.openai_protocol.connection import Connection
from assistant.backends.openai_protocol.dialect import Dialect
from assistant.backends.openai_protocol.errors import translated
from assistant.backends.patience import while_it_is_waited_for
from assistant.errors.engine import EngineError, EngineLoadError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

logger = logging.getLogger(__name__)

_BYTES_A_TOKEN = 2


class TokenCounter(ABC):
    @abstractmethod
    def count(self, text: str) -> int:
        """Special tokens in the text count as one. Raises EngineError and its kinds."""

    def close(self) -> None:  # noqa: B027  # not abstract: most have nothing to close
        """Nothing to close, unless a subclass says so."""

    def of_replica(self, connection: Connection) -> "TokenCounter":
        """The counter for another server of the same kind."""
        del connection
        return self


class ServerTokenizer(TokenCounter):
    """The routes of llama.cpp's server, vLLM and SGLang, all called `/tokenize`."""

    def __init__(self, connection: Connection, dialect: Dialect, model_name: str) -> None:
        self._dialect = dialect
        self._model_name = model_name
        self._client = connection.http_client()

    def count(self, text: str) -> int:
        return len(self.token_ids(text))

    def token_ids(self, text: str) -> list[int]:
        body: dict[str, Any] = {"model": self._model_name, "prompt": text}
        if self._dialect is Dialect.LLAMA_CPP:
            body = {"content": text, "parse_special": True}
        with translated():
            timeout = while_it_is_waited_for(self._client.timeout)
            answer = self._client.post("/tokenize", json=body, timeout=timeout)
            return [int(token) for token in answer.raise_for_status().json()["tokens"]]

    def close(self) -> None:
        self._client.close()

    def of_replica(self, connection: Connection) -> TokenCounter:
        return ServerTokenizer(connection, self._dialect, self._model_name)


class HubTokenizer(TokenCounter):
    def __init__(self, tokenizer: "Tokenizer") -> None:
        # A file may say that texts are to be cut or filled up, which is for training.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer

    def count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)


class Estimate(TokenCounter):
    """Half the bytes, rounded up: on the safe side, since too high only keeps fewer turns, too low loses the answer.

    Vocabularies of today take 3 to 4 bytes of English or code to a token and 2 to 3 of other scripts. Not a bound: long
    rows of digits, and scripts and emoji that a vocabulary lacks, come to a token a byte.
    """

    def count(self, text: str) -> int:
        return -(-len(text.encode(errors="replace")) // _BYTES_A_TOKEN)


def choose_counter(
    connection: Connection, dialect: Dialect, model_name: str, hub_id: str, fetch: Callable[[str], Path]
) -> TokenCounter:
    """`hub_id` is the model's repository; `fetch` gives the local path of a `hub:` reference. Blocks."""
    if dialect is not Dialect.OPENAI:
        server = ServerTokenizer(connection, dialect, model_name)
        try:
            server.count("one two")
        except EngineError as error:
            server.close()
            logger.info("tokens: the server does not count them (%s)", error)
        else:
            logger.info("tokens: counted by the server")
            return server
    if tokenizer := _from_hub(hub_id, fetch):
        logger.info("tokens: counted with the tokenizer of %s", hub_id)
        return HubTokenizer(tokenizer)
    logger.warning("tokens: estimated as half the bytes, since neither the server nor the Hub has a tokenizer")
    return Estimate()


def _from_hub(hub_id: str, fetch: Callable[[str], Path]) -> "Tokenizer | None":
    try:
        path = fetch(f"hub:{hub_id}/tokenizer.json")
        # Imported here: only servers that do not count need it.
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(path))
    except EngineLoadError as error:
        logger.info("tokens: no tokenizer from the Hub (%s)", error)
    except Exception as error:
        # The library raises plain Exception for a file that is none.
        logger.info("tokens: the tokenizer of %s cannot be used: %r", hub_id, error)
    return None
