"""Conversations go out as files and come in again: nothing is lost, nothing is there twice."""

import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck, given, settings

from assistant.conversation import Attachment, Conversation, Message, MessageStatus, Role, Shelf, branch
from assistant.errors.app import NotFoundError
from assistant.errors.input import BrokenFileError
from assistant.portable.portability import Bundle, Form, ImportReport, Portability
from assistant.ports import ConversationStore
from assistant.prompt_choice import OwnPrompt, PromptChoice
from assistant.wording import Wording
from tests.contract.samples import ANN, BOB, PROVENANCE, at, chain, complete, conversation_of, first_turn, next_turn
from tests.fakes.memory_store import MemoryConversationStore
from tests.portable_samples import SMALL_CHATGPT, SMALL_HUGGINGCHAT, chatgpt, json_file, node, trees, zip_file


def portability(store: ConversationStore) -> Portability:
    return Portability(store, Wording(), clock=lambda: at(1000))


def file_of(content: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the test
    file.write(content)
    file.flush()
    return file


async def whole(store: ConversationStore, bundle: Bundle, owner: str = ANN) -> bytes:
    return b"".join([piece async for piece in portability(store).export_all(owner, bundle)])


def shape(store: ConversationStore, owner: str) -> list[tuple[object, ...]]:
    """All of a person's conversations, ids replaced by places: what has to be the same elsewhere."""
    shapes: list[tuple[object, ...]] = []
    for shelf in Shelf:
        for conversation in store.conversations(owner, 1000, shelf=shelf):
            messages = store.messages(owner, conversation.id)
            shapes.append(_shape(conversation, messages))
    return sorted(shapes, key=repr)


def _shape(conversation: Conversation, messages: Sequence[Message]) -> tuple[object, ...]:
    numbers = {message.id: str(number) for number, message in enumerate(messages)} | {None: None, "gone": None}
    moved = []
    for message in messages:
        provenance = message.provenance
        if provenance:
            provenance = provenance.model_copy(update={"continued_from": numbers[provenance.continued_from]})
        place = {"id": str(numbers[message.id]), "parent_id": numbers[message.parent_id], "conversation_id": ""}
        moved.append(replace(message, **place, provenance=provenance))  # type: ignore[arg-type]  # by name
    leaf_id = numbers[conversation.leaf_id]
    return replace(conversation, id="", owner_id="", leaf_id=leaf_id, origin=None), moved


@pytest.mark.parametrize("bundle", Bundle)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
async def test_an_export_read_elsewhere_is_the_same_to_the_last_field(
    bundle: Bundle, tree: tuple[Conversation, list[Message]]
) -> None:
    here, there = MemoryConversationStore(), MemoryConversationStore()
    here.add_conversation(*tree)
    with file_of(await whole(here, bundle)) as file:
        assert await portability(there).import_file(BOB, file) == ImportReport(new=1, known=0)
        assert shape(there, BOB) == shape(here, ANN)
        assert await portability(there).import_file(BOB, file) == ImportReport(new=0, known=1)
    assert len(shape(there, BOB)) == 1


async def test_a_newer_export_adds_to_what_was_imported_before(tmp_path: Path) -> None:
    here, there = asked(), MemoryConversationStore()
    older = await portability(here).export(ANN, "c1", Form.JSON)
    here.begin_turn(next_turn(7, parent_id="a5"))
    here.finish("r7", complete("Newer."), at(8))
    newer = await portability(here).export(ANN, "c1", Form.JSON)
    with file_of(older.content) as file:
        await portability(there).import_file(BOB, file)
    (copy,) = there.conversations(BOB, 10)
    there.rename(BOB, copy.id, "My own")
    with file_of(newer.content) as file:
        assert await portability(there).import_file(BOB, file) == ImportReport(new=0, grown=1, known=0)
        assert await portability(there).import_file(BOB, file) == ImportReport(new=0, known=1)
    copy = there.conversation(BOB, copy.id)
    shown = branch(there.messages(BOB, copy.id), copy.leaf_id)
    assert (copy.title, [message.text for message in shown][-2:]) == ("My own", ["Question 7?", "Newer."])


async def test_what_a_newer_chatgpt_export_has_in_between_is_a_branch_more(tmp_path: Path) -> None:
    store = MemoryConversationStore()
    older = [node("root", None), node("q", "root", "user", "Why?"), node("z", "q", "assistant", "So.")]
    newer = [*older[:2], node("a", "q", "assistant", "Thus."), older[2], node("q2", "z", "user", "And?")]
    for nodes, report in (
        (older, ImportReport(new=1, known=0)),
        (newer, ImportReport(new=0, grown=1, known=0)),
        (newer, ImportReport(new=0, known=1)),
        (older, ImportReport(new=0, known=1)),
    ):
        with json_file(tmp_path / "conversations.json", [chatgpt(nodes, current_node=nodes[-1]["id"])]) as file:
            assert await portability(store).import_file(ANN, file) == report
    (conversation,) = store.conversations(ANN, 10)
    messages = store.messages(ANN, conversation.id)
    assert sorted(message.text for message in messages) == ["And?", "So.", "Thus.", "Why?"]
    assert [message.text for message in branch(messages, conversation.leaf_id)] == ["Why?", "So.", "And?"]


async def test_who_still_has_the_original_gets_nothing_new() -> None:
    store = asked()
    before = shape(store, ANN)
    for bundle in Bundle:
        with file_of(await whole(store, bundle)) as file:
            assert await portability(store).import_file(ANN, file) == ImportReport(new=0, known=3)
    exported = await portability(store).export(ANN, "c1", Form.JSON)
    with file_of(exported.content) as file:
        assert await portability(store).import_file(ANN, file) == ImportReport(new=0, known=1)
    assert shape(store, ANN) == before
    assert store.purge_deleted(at(10_000)) == 0


async def test_a_backup_of_logs_that_repeat_themselves_can_be_read_again() -> None:
    here, there = MemoryConversationStore(), MemoryConversationStore()
    line = "2026-11-28 12:00:00 INFO server: request served in 12 ms\n"
    log = line * (255 * 1024 // len(line))
    question, answer = chain(2)
    files = tuple(Attachment(name=f"server-{number}.log", text=log) for number in range(6))
    here.add_conversation(conversation_of([question, answer]), [replace(question, attachments=files), answer])
    packed = await whole(here, Bundle.ZIP)
    assert len(log) * len(files) > 200 * len(packed)
    with file_of(packed) as file:
        assert await portability(there).import_file(BOB, file) == ImportReport(new=1, known=0)
    assert shape(there, BOB) == shape(here, ANN)


async def test_what_was_deleted_comes_back_by_its_export(tmp_path: Path) -> None:
    store = asked()
    content = await whole(store, Bundle.ZIP)
    store.delete(ANN, "c1", at(100))
    store.delete(ANN, "c2", at(100))
    store.purge_deleted(at(101))
    store.delete(ANN, "c3", at(200))
    with file_of(content) as file:
        assert await portability(store).import_file(ANN, file) == ImportReport(new=3, known=0)
        assert await portability(store).import_file(ANN, file) == ImportReport(new=0, known=3)
    assert len(store.conversations(ANN, 10)) == 3


async def test_two_people_can_import_one_file(tmp_path: Path) -> None:
    store = MemoryConversationStore()
    with json_file(tmp_path / "conversations.json", [SMALL_CHATGPT, SMALL_HUGGINGCHAT]) as file:
        for owner in (ANN, BOB):
            assert await portability(store).import_file(owner, file) == ImportReport(new=2, known=0)
    assert shape(store, ANN) == shape(store, BOB)
    mine, theirs = ({c.id for c in store.conversations(owner, 10)} for owner in (ANN, BOB))
    assert not mine & theirs


async def test_a_file_cannot_name_its_owner_or_touch_what_is_somebody_elses() -> None:
    store = asked()
    forged = json.loads((await portability(store).export(ANN, "c1", Form.JSON)).content)
    # With what would turn round the words beside it in the list.
    forged["title"] = "\u202eMine"
    with file_of(json.dumps(forged).encode()) as file:
        assert await portability(store).import_file(BOB, file) == ImportReport(new=1, known=0)
    assert store.conversation(ANN, "c1").title == "Title 1"
    assert [c.title for c in store.conversations(BOB, 10)] == ["Mine"]
    with file_of(json.dumps(forged | {"owner_id": ANN}).encode()) as file, pytest.raises(BrokenFileError):
        await portability(store).import_file(BOB, file)


async def test_an_answer_that_was_being_written_comes_in_as_interrupted() -> None:
    store = MemoryConversationStore()
    store.begin_turn(first_turn())
    store.checkpoint("r1", "So f", at(2))
    with file_of(await whole(store, Bundle.JSONL)) as file:
        await portability(store).import_file(BOB, file)
    conversation = store.conversations(BOB, 1)[0]
    assert [(m.status, m.text) for m in store.messages(BOB, conversation.id)] == [
        (MessageStatus.COMPLETE, "Question 1?"),
        (MessageStatus.INTERRUPTED, "So f"),
    ]
    assert store.active_run(BOB, conversation.id) is None


async def test_an_old_conversation_is_not_due_for_deletion_the_moment_it_is_imported(tmp_path: Path) -> None:
    store = MemoryConversationStore()
    importing = Portability(store, Wording(), clock=lambda: at(1000), retention=timedelta(days=30))
    recent = SMALL_CHATGPT | {"conversation_id": "recent", "update_time": at(-60).timestamp()}
    with json_file(tmp_path / "c.json", [SMALL_CHATGPT, recent]) as file:
        await importing.import_file(ANN, file)
    assert {c.updated_at for c in store.conversations(ANN, 10)} == {at(1000), at(-60)}


async def test_nothing_is_imported_of_a_file_with_one_fault(tmp_path: Path) -> None:
    store = MemoryConversationStore()
    broken = SMALL_HUGGINGCHAT | {"_id": "x", "createdAt": "yesterday"}
    with json_file(tmp_path / "c.json", [SMALL_CHATGPT] * 1 + [broken]) as file, pytest.raises(BrokenFileError) as told:
        await portability(store).import_file(ANN, file)
    assert str(told.value.facts["place"]) == "conversation 2"
    assert store.conversations(ANN, 10) == []
    assert store.purge_deleted(at(10_000)) == 0


async def test_every_shelf_is_exported_and_nothing_that_was_deleted() -> None:
    store = asked()
    store.pin(ANN, "c1", True)
    store.archive(ANN, "c2", True)
    store.begin_turn(first_turn(4))
    store.delete(ANN, "c4", at(50))
    lines = (await whole(store, Bundle.JSONL)).splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == ["c1", "c2", "c3"]
    assert await whole(store, Bundle.JSONL, BOB) == b""


async def test_the_archives_names_are_safe_everywhere_and_no_two_are_alike() -> None:
    store = MemoryConversationStore()
    titles = [
        "../../etc/passwd",
        "CON",
        "a" * 500,
        "C:\\x\\y",
        "中文",
        "…",
        "Title?*<>|\"'\n",
        "nul.txt",
        "Title",
        "title",
    ]
    for number, title in enumerate(titles):
        messages = chain(2, f"c{number}")
        store.add_conversation(replace(conversation_of(messages, conversation_id=f"c{number}"), title=title), messages)
    with zipfile.ZipFile(io.BytesIO(await whole(store, Bundle.ZIP))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert len({name.lower() for name in names}) == len(titles)
    assert all(name.replace("-", "").removesuffix(".json").isalnum() and name.isascii() for name in names)
    assert max(map(len, names)) < 120


async def test_somebody_elses_conversation_is_not_exported() -> None:
    for form in Form:
        with pytest.raises(NotFoundError):
            await portability(asked()).export(BOB, "c1", form)


async def test_a_zip_of_either_kind_of_others_is_read_whatever_else_is_in_it(tmp_path: Path) -> None:
    store = MemoryConversationStore()
    entries = {"user.json": {"id": "user-1"}, "chat.html": "<html>", "message_feedback.json": [], "assistants.json": []}
    for number, conversation in enumerate([SMALL_CHATGPT, SMALL_HUGGINGCHAT]):
        path = tmp_path / f"{number}.zip"
        with zip_file(path, entries | {"export/conversations.json": [conversation]}) as file:
            assert (await portability(store).import_file(ANN, file)).new == 1
    assert {c.origin for c in store.conversations(ANN, 10)} == {"chatgpt", "huggingchat"}


def asked() -> MemoryConversationStore:
    store = MemoryConversationStore()
    for number in (1, 2, 3):
        store.begin_turn(first_turn(number))
        store.finish(f"r{number}", complete(), at(10 + number))
    store.begin_turn(next_turn(5, "c1", "a1"))
    store.finish("r5", complete("More."), at(20))
    assert [m.role for m in store.messages(ANN, "c1")].count(Role.USER) == 2
    return store


@pytest.mark.parametrize("form", Form)
async def test_a_conversation_can_be_exported_without_personal_data(form: Form) -> None:
    messages = chain(2)
    secret = Attachment(name="for ann@acme.dev", text="ssh ann@acme.dev")
    hashed = PROVENANCE.model_copy(
        update={"prompt_text_sha256": "cd" * 32, "prompt_id": "own", "prompt_sha256": "ef" * 32}
    )
    messages[1] = replace(messages[1], provenance=hashed)
    messages[0] = replace(messages[0], text="I am ann@acme.dev", attachments=(secret,))
    store = MemoryConversationStore()
    own = PromptChoice(template="own", own=OwnPrompt(system="You help ann@acme.dev"))
    store.add_conversation(replace(conversation_of(messages), title="Of ann@acme.dev", prompt=own), messages)
    plain = await portability(store).export(ANN, "copy", form)
    redacted = await portability(store).export(ANN, "copy", form, redacted=True)
    assert b"ann@acme.dev" in plain.content
    assert b"acme" not in redacted.content + redacted.name.encode()
    # By which a guess at what was taken out could be tried.
    assert not any((b * 32).encode() in redacted.content for b in ("cd", "ef"))
    assert redacted.content.replace(b"\\", b"").count(b"REDACTED_EMAIL_") == (4 if form is Form.MARKDOWN else 5)
