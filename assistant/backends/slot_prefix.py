"""The prompt's prefix in llama.cpp's slots: read once, copied into each of them, and kept on disk for the next start.

Knows nothing of prompts: it is told what to read, and how.
"""

import asyncio
import hashlib
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from assistant.backends.openai_protocol.connection import Connection
from assistant.backends.openai_protocol.errors import translated
from assistant.errors.engine import EngineError

logger = logging.getLogger(__name__)

_FILES = 4
"""Prefixes of other prompts and models that are kept: the long one takes 73 MB of SmolLM2's."""


class SlotPrefix:
    """`folder` is the server's own folder for slots; `identity` is all that a slot's contents depend on."""

    def __init__(self, connection: Connection, folder: Path, identity: Mapping[str, str]) -> None:
        self._connection = connection
        self._folder = folder
        self._identity = dict(identity)

    async def fill(self, prefix: str, slots: int, read: Callable[[str, int], Awaitable[None]]) -> None:
        """Whichever slot a conversation gets, only its own tokens are new. Raises EngineError when `read` does."""
        file = self._folder / f"{self._name(prefix)}.slot"
        if not (await asyncio.to_thread(_is_whole, file) and await self._ask(0, "restore", file.name)):
            await read(prefix, 0)
            await self._keep(file)
        for slot in range(1, slots):
            if not await self._ask(slot, "restore", file.name):
                await read(prefix, slot)

    def _name(self, prefix: str) -> str:
        key = {**self._identity, "prefix": hashlib.sha256(prefix.encode()).hexdigest()}
        return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:32]

    async def _keep(self, file: Path) -> None:
        """A disk that does not take it costs time at the next start, no more."""
        draft = file.with_suffix(".draft")
        if await self._ask(0, "save", draft.name):
            try:
                await asyncio.to_thread(_finish, draft, file)
            except OSError as error:
                logger.warning("the prefix file %s cannot be written: %s", file.name, error.strerror)

    async def _ask(self, slot: int, action: str, filename: str) -> bool:
        """False, with a line in the log, where the server does not do it: the disk is full, the file is not its own."""
        try:
            async with self._connection.async_http_client(self._connection.silence_seconds) as client:
                with translated():
                    asked = await client.post(f"/slots/{slot}", params={"action": action}, json={"filename": filename})
                    asked.raise_for_status()
        except EngineError as error:
            logger.warning("slot %d: %s of %s: %s", slot, action, filename, error)
            return False
        return True


def _checksum_file(file: Path) -> Path:
    return file.with_suffix(".sha256")


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _is_whole(file: Path) -> bool:
    """llama.cpp itself notices a file that is too short, but no byte that has changed."""
    try:
        whole = _checksum_file(file).read_text("ascii") == _digest(file)
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        logger.warning("the prefix file %s is not used: %s", file.name, error)
        return False
    if not whole:
        logger.warning("the prefix file %s is not used: it is damaged", file.name)
    return whole


def _finish(draft: Path, file: Path) -> None:
    """The checksum first: with the file of an earlier time it does not agree, so a crash in between does no harm."""
    draft.chmod(0o600)
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    _checksum_file(file).write_text(_digest(draft), "ascii")
    draft.replace(file)
    kept = sorted(file.parent.glob("*.slot"), key=lambda path: path.stat().st_mtime_ns)
    for old in kept[:-_FILES]:
        _checksum_file(old).unlink(missing_ok=True)
        old.unlink(missing_ok=True)
