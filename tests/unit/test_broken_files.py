"""Broken and hostile files are refused with the place of the fault, before they cost anything."""

import json
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors.input import BrokenFileError
from assistant.portable import bounds, opened_file, reader
from assistant.portable.reader import read_conversations
from tests.portable_samples import (
    SMALL_CHATGPT,
    SMALL_HUGGINGCHAT,
    chatgpt,
    fault_of,
    json_file,
    node,
    ours,
    zip_file,
)

Q = node("q1", None, "user", "Q?")
SMALL = json.dumps(SMALL_CHATGPT)
TEXTS: dict[str, tuple[str, str, str]] = {
    "empty": ("", "the file", "empty"),
    "blank": (" \n", "the file", "no conversations"),
    "empty list": ("[]", "the file", "no conversations"),
    "no json": ("Hello", "conversation 1", "not a JSON object"),
    "cut off": (f"[{SMALL}, {SMALL[:-20]}", "conversation 2", "cut off"),
    "list cut off": (f"[{SMALL}", "conversation 1", "cut off"),
    "list cut off after a comma": (f"[{SMALL},", "after conversation 1", "cut off"),
    "no comma": (f"[{SMALL} {SMALL}]", "conversation 1", "comma"),
    "after the list": (f"[{SMALL}] x", "after conversation 1", "follows"),
    "after the object": (f"{SMALL}\nx", "conversation 2", "not a JSON object"),
    "the same twice": (f"{SMALL}\n{SMALL}", "conversation 2", "earlier conversation"),
    "a name twice": ('{"mapping": {"a": {}, "a": {}}}', "conversation 1", "used twice"),
    "NaN": ('{"mapping": NaN}', "conversation 1", "NaN is not JSON"),
    "deep lists": ("[" * 100_000, "conversation 1", "not a JSON object"),
    "deep objects": ('{"a":' * 100_000, "conversation 1", "nested"),
    "a string without end": ('{"a": "' + '\\"' * 4_000_000, "conversation 1", "cut off"),
    "a number without end": ('{"a": ' + "9" * 5000 + "}", "conversation 1", "too large"),
    "odd brackets": ('{"a": [}]', "conversation 1", "byte"),
    "a backslash at the end": ('{"a": "\\', "conversation 1", "cut off"),
    "too large a conversation": ('{"a": "' + "x" * 50_000_000 + '"}', "conversation 1", "larger than"),
    "too many parts": ('{"a": [' + "[]," * 1_600_000 + "0]}", "conversation 1", "parts"),
}


@pytest.mark.parametrize(("text", "place", "fault"), TEXTS.values(), ids=TEXTS.keys())
def test_what_is_no_json_is_told_with_its_place_at_once(tmp_path: Path, text: str, place: str, fault: str) -> None:
    file = json_file(tmp_path / "c.json", text)
    told = fault_of(file)
    assert told[0] == place
    assert fault in told[1]


def test_what_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(SMALL.replace("Sorting", "Sorting\x00").encode("utf-16"))
    assert fault_of((tmp_path / "c.json").open("rb"))[1] == "it is not a JSON object"
    (tmp_path / "c.json").write_bytes(SMALL.encode().replace(b"Sorting", b"S\xff"))
    assert "not UTF-8" in fault_of((tmp_path / "c.json").open("rb"))[1]


def test_a_mark_of_byte_order_is_passed_over(tmp_path: Path) -> None:
    with json_file(tmp_path / "c.json", "\ufeff" + SMALL) as file:
        assert len(list(read_conversations(file))) == 1


def test_what_no_database_keeps_is_replaced(tmp_path: Path) -> None:
    text = SMALL.replace("How do I sort", r"NUL \u0000 half \ud83d whole \ud83d\ude00")
    text = text.replace("Sorting", r"\u0000Sorting").replace("q1", r"q\ud800")
    with json_file(tmp_path / "c.json", text) as file:
        [conversation] = list(read_conversations(file))
    assert conversation.messages[0].text == "NUL � half � whole 😀 a list?"
    assert conversation.conversation.title == "�Sorting in Python"
    document = ours()
    document["messages"][0]["text"] = "\ud800 \x00"
    with json_file(tmp_path / "c.json", document) as file:
        assert next(iter(read_conversations(file))).messages[0].text == "� �"


def test_the_names_of_attached_files_are_made_clean(tmp_path: Path) -> None:
    document = ours()
    document["messages"][0]["attachments"] = [{"name": "../../etc/\n```passwd", "text": "x"}]
    with json_file(tmp_path / "c.json", document) as file:
        [file_of_first] = next(iter(read_conversations(file))).messages[0].attachments
    assert file_of_first.name == "```passwd"


def test_more_conversations_or_messages_than_allowed_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = chatgpt([Q] + [node(f"a{n}", "q1", "assistant", "x") for n in range(bounds.MESSAGES)])
    assert "at most 10000" in fault_of(json_file(tmp_path / "c.json", many))[1]
    monkeypatch.setattr(reader, "CONVERSATIONS", 3)
    several = [SMALL_CHATGPT | {"conversation_id": str(n)} for n in range(4)]
    assert fault_of(json_file(tmp_path / "c.json", several)) == (
        "conversation 4",
        "there are more than 3 conversations",
    )


def test_an_answer_that_would_be_written_out_ever_longer_is_refused(tmp_path: Path) -> None:
    start = [Q, node("a0", "q1", "assistant", "x" * 900_000)]
    star = chatgpt(start + [node(f"a{n}", "a0", "assistant", "x") for n in range(1, 1000)])
    line = chatgpt(start + [node(f"a{n}", f"a{n - 1}", "assistant", "x" * 90_000) for n in range(1, 9)])
    for value in (star, line):
        assert "longer than" in fault_of(json_file(tmp_path / "c.json", value))[1]


# Archives


def test_the_place_of_a_fault_names_the_file_in_the_archive(tmp_path: Path) -> None:
    file = zip_file(tmp_path / "c.zip", {"x/conversations.json": [SMALL_CHATGPT, chatgpt([], "c2", mapping={"q": 1})]})
    assert fault_of(file)[0] == "x/conversations.json, conversation 2, message 1"


@pytest.mark.parametrize(
    "name",
    [
        "../c.json",
        "/etc/c.json",
        "a/../../c.json",
        "C:\\c.json",
        "c:c.json",
        "\\\\host\\c.json",
        "..\\c.json",
        "..",
        "a\nb",
    ],
)
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    told = fault_of(zip_file(tmp_path / "c.zip", {"ok.json": SMALL_CHATGPT, name: SMALL_HUGGINGCHAT}))
    assert told == ("entry 2", "its name leads out of the archive")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.zip"]


def test_a_bomb_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("conversations.json", b"[" + b" " * 300_000_000)
    tracemalloc.start()
    told = fault_of((tmp_path / "c.zip").open("rb"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told == ("conversations.json", "it unpacks to far more than it should")
    assert peak < 5_000_000


def test_an_entry_that_lies_about_its_size_is_a_bomb_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "c.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", b"[" + b" " * 10_000_000)
    data = path.read_bytes().replace(struct.pack("<L", 10_000_001), struct.pack("<L", 100))
    path.write_bytes(data)
    assert fault_of(path.open("rb"))[1] in ("the archive is damaged", "it unpacks to far more than it should")


def test_all_entries_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened_file, "UNPACKED_BYTES", 3 * len(SMALL))
    entries = {f"{n}.json": SMALL_CHATGPT | {"conversation_id": f"{n:07}"} for n in range(4)}
    assert "unpacks to more than" in fault_of(zip_file(tmp_path / "c.zip", entries))[1]


def test_too_many_entries_are_refused_before_their_names_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("c.json", SMALL)
    data = bytearray((tmp_path / "c.zip").read_bytes())
    end = data.rindex(b"PK\x05\x06")
    for offset, value in ((10, b"\xff\xff"), (12, b"\x00\x00\x00\x7f")):
        changed_data = data[: end + offset] + value + data[end + offset + len(value) :]
        (tmp_path / "c.zip").write_bytes(changed_data)
        assert "more than 50000 entries" in fault_of((tmp_path / "c.zip").open("rb"))[1]
    (tmp_path / "c.zip").write_bytes(data[:end] + b"PK\x06\x07" + bytes(16) + data[end:])
    assert "more than 50000 entries" in fault_of((tmp_path / "c.zip").open("rb"))[1]


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packings_are_refused(tmp_path: Path, packing: int) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w", packing) as archive:
        archive.writestr("c.json", SMALL)
    assert "unusual" in fault_of((tmp_path / "c.zip").open("rb"))[1]


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.zip"
    zip_file(path, {"c.json": SMALL_CHATGPT}).close()
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert fault_of(path.open("rb")) == ("entry 1", "it is encrypted")


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_changed_in_a_file_it_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "c"
    entries = {"a.json": SMALL_CHATGPT, "b.json": SMALL_HUGGINGCHAT, "c.jsonl": json.dumps(ours())}
    if data.draw(st.booleans()):
        zip_file(path, entries).close()
    else:
        path.write_text(json.dumps([SMALL_CHATGPT, SMALL_HUGGINGCHAT, ours()]))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at_byte = data.draw(st.integers(0, len(content) - 1))
        content[at_byte : at_byte + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path.write_bytes(content)
    with path.open("rb") as file:
        try:
            list(read_conversations(file))
        except BrokenFileError as error:
            assert error.facts["place"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_stands_in_place_of_a_value_it_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    value = json.loads(json.dumps(data.draw(st.sampled_from([SMALL_CHATGPT, SMALL_HUGGINGCHAT, ours()]))))
    at_value: Any = value
    while True:
        keys = list(at_value) if isinstance(at_value, dict) else list(range(len(at_value)))
        key = data.draw(st.sampled_from(keys))
        inner = at_value[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
            at_value[key] = data.draw(_JSON)
            break
        at_value = inner
    with json_file(tmp_path / "c.json", value) as file:
        try:
            list(read_conversations(file))
        except BrokenFileError as error:
            assert error.facts["place"]
