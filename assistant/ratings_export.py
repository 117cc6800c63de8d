"""The operator's export: rated turns of those who agreed, redacted, as a file of rows.

Names nobody: no ids of people, and none of conversations.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from assistant.conversation import without_texts
from assistant.errors.app import ExportError
from assistant.ports import ConversationStore
from assistant.rated_turn import RatedTurn
from assistant.redaction import Redaction

_PAGE = 500

Row = dict[str, str | None]
_COLUMNS = (
    "question", "answer", "status", "vote", "reason", "comment", "rated_at",
    "model", "model_revision", "prompt_id", "prompt_sha256", "options",
)  # fmt: skip


def export_ratings(store: ConversationStore, path: Path) -> int:
    """Write a .jsonl or a .parquet file, whole or not at all; the number of turns.

    Raises ExportError, with what is missing for Parquet, and StorageError.
    """
    write = {".jsonl": _write_jsonl, ".parquet": _write_parquet}.get(path.suffix.lower())
    if write is None:
        raise ExportError(fault="the path has to end in .jsonl or .parquet")
    draft = path.with_name(f".{path.name}.draft")
    try:
        written = write(draft, _rows(store))
        draft.replace(path)
    except OSError as error:
        raise ExportError(fault=f"{path.name} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return written


def _rows(store: ConversationStore) -> Iterator[Row]:
    after = ""
    while page := store.rated_turns(_PAGE, after):
        yield from map(_row, page)
        after = page[-1].answer.id


def _row(turn: RatedTurn) -> Row:
    answer, feedback = turn.answer, turn.answer.feedback
    origin = answer.provenance and without_texts(answer.provenance)
    redacted = Redaction().of
    row: Row = dict.fromkeys(_COLUMNS)
    row |= {"question": redacted(turn.question.text), "answer": redacted(answer.text), "status": answer.status.value}
    if feedback:
        row |= {"vote": feedback.vote.value, "reason": feedback.reason, "comment": redacted(feedback.comment)}
        row["rated_at"] = feedback.given_at.isoformat()
    if origin:
        row |= {"model": origin.model, "model_revision": origin.model_revision}
        row |= {"prompt_id": origin.prompt_id, "prompt_sha256": origin.prompt_sha256}
        row["options"] = origin.options.model_dump_json()
    return row


def _write_jsonl(path: Path, rows: Iterable[Row]) -> int:
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            written += 1
    return written


def _write_parquet(path: Path, rows: Iterable[Row]) -> int:
    # Imported here: only this format needs it, and the app is installed without it.
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise ExportError(fault="Parquet needs pyarrow: pip install pyarrow, or end the path in .jsonl") from error
    table = pyarrow.Table.from_pylist(
        list(rows), schema=pyarrow.schema([(name, pyarrow.string()) for name in _COLUMNS])
    )
    pyarrow.parquet.write_table(table, path)
    return int(table.num_rows)
