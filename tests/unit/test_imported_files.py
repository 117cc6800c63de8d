"""What is made of the files of ChatGPT and HuggingChat."""

import json
from pathlib import Path

import pytest

from assistant.conversation import Message, MessageStatus, Role, TitleSource, Vote, branch
from assistant.portable.imported import ImportedConversation
from assistant.portable.reader import read_conversations
from tests.portable_samples import (
    SMALL_CHATGPT,
    SMALL_HUGGINGCHAT,
    chatgpt,
    huggingchat,
    json_file,
    node,
    said,
    zip_file,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, *values: object) -> list[ImportedConversation]:
    with json_file(folder / "conversations.json", list(values)) as file:
        return list(read_conversations(file))


def lines(messages: list[Message]) -> list[tuple[str, str]]:
    return [(message.role.value, message.text) for message in messages]


def shown(conversation: ImportedConversation) -> list[tuple[str, str]]:
    return lines(branch(conversation.messages, conversation.conversation.leaf_id))


# ChatGPT


def test_chatgpts_conversation_keeps_its_title_times_and_place(folder: Path) -> None:
    [read_one] = read(folder, SMALL_CHATGPT | {"is_archived": True, "pinned_time": 1764000200.0})
    conversation = read_one.conversation
    assert shown(read_one) == [("user", "How do I sort a list?"), ("assistant", "Use `sorted()`.")]
    assert (conversation.title, conversation.title_source) == ("Sorting in Python", TitleSource.MODEL)
    assert conversation.created_at.isoformat() == "2025-11-24T16:00:00.123456+00:00"
    assert conversation.updated_at.isoformat() == "2025-11-24T16:01:40.500000+00:00"
    assert conversation.archived
    assert conversation.pinned
    assert [message.provenance for message in read_one.messages] == [None, None]


def test_chatgpts_branches_stay_and_the_one_that_was_shown_is_shown(folder: Path) -> None:
    nodes = [
        node("root", None),
        node("q1", "root", "user", "One?"),
        node("a1", "q1", "assistant", "First."),
        node("a2", "q1", "assistant", "Second."),
        node("q1-edited", "root", "user", "One, please?"),
        node("a3", "q1-edited", "assistant", "Third."),
    ]
    [conversation] = read(folder, chatgpt(nodes, current_node="a2"))
    assert shown(conversation) == [("user", "One?"), ("assistant", "Second.")]
    assert {message.text for message in conversation.messages} == {
        "One?",
        "First.",
        "Second.",
        "One, please?",
        "Third.",
    }
    assert [message.id for message in conversation.messages if message.parent_id is None] == ["q1", "q1-edited"]


def test_what_chatgpt_never_showed_is_left_out_and_what_follows_it_stays(folder: Path) -> None:
    nodes = [
        node("root", None),
        node("sys", "root", "system", "You are…"),
        node("about", "sys", "user", content={"content_type": "user_editable_context", "user_profile": "x"}),
        node("q1", "about", "user", "Plot it."),
        node("thinks", "q1", "assistant", content={"content_type": "thoughts", "thoughts": []}),
        node("code", "thinks", "assistant", content={"content_type": "code", "text": "plot()"}, recipient="python"),
        node("tool", "code", "tool", content={"content_type": "execution_output", "text": "ok"}),
        node("hidden", "tool", "assistant", "secret", metadata={"is_visually_hidden_from_conversation": True}),
        node("a1", "hidden", "assistant", "Here it is."),
        node("empty", "a1", "assistant", ""),
    ]
    [conversation] = read(folder, chatgpt(nodes))
    assert shown(conversation) == [("user", "Plot it."), ("assistant", "Here it is.")]
    assert len(conversation.messages) == 2


def test_an_answer_that_a_tool_interrupted_is_one_answer(folder: Path) -> None:
    nodes = [
        node("q1", None, "user", "Look it up."),
        node("a1", "q1", "assistant", "I will look."),
        node("tool", "a1", "tool", "result"),
        node("a2", "tool", "assistant", "Found it."),
        node("a2-again", "tool", "assistant", "Found more."),
        node("q2", "a2", "user", "Thanks."),
    ]
    [conversation] = read(folder, chatgpt(nodes))
    assert shown(conversation) == [
        ("user", "Look it up."),
        ("assistant", "I will look.\n\nFound it."),
        ("user", "Thanks."),
    ]
    assert ("assistant", "I will look.\n\nFound more.") in lines(list(conversation.messages))
    assert len(conversation.messages) == 4


def test_parts_that_are_no_text_leave_a_mark(folder: Path) -> None:
    parts = [
        {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_1", "width": 1},
        "What is this?",
        {"content_type": "audio_transcription", "text": "Tell me."},
        {"content_type": "something_new"},
    ]
    question = node("q1", None, "user", content={"content_type": "multimodal_text", "parts": parts})
    [conversation] = read(folder, chatgpt([question, node("a1", "q1", "assistant", "A cat.")]))
    assert shown(conversation)[0] == ("user", "🖼\n\nWhat is this?\n\nTell me.\n\n📎")


def test_what_chatgpts_page_drew_into_an_answer_is_there_as_it_was_shown(folder: Path) -> None:
    cited, bare = "\ue200cite\ue202turn0search0\ue202turn0search4\ue201", "\ue200cite\ue202turn1view0\ue201"
    thing, link = '\ue200entity\ue202["software","SQLite",0]\ue201', "\ue200url\ue202here\ue202https://b.example\ue201"
    text = f"\ue203{thing} is small\ue204 {cited}. It is quick {bare}. Look {link}.\ue206"
    references = [
        {"matched_text": cited, "alt": "([Site](https://a.example))", "type": "grouped_webpages", "items": []},
        {"matched_text": bare, "alt": None, "type": "hidden"},
        {"matched_text": " ", "start_idx": 9, "type": "sources_footnote", "sources": []},
        "nonsense",
    ]
    typed = node("q1", None, "user", "What is \ue0b0\ue200 in a prompt?")
    answer = node("a1", "q1", "assistant", text, metadata={"content_references": references})
    [conversation] = read(folder, chatgpt([typed, answer]))
    assert [said for _, said in shown(conversation)] == [
        "What is \ue0b0\ue200 in a prompt?",
        "SQLite is small ([Site](https://a.example)). It is quick. Look [here](https://b.example).",
    ]


def test_what_chatgpt_wrote_into_its_canvas_is_part_of_the_answer(folder: Path) -> None:
    program = {"name": "Sort", "type": "code/python", "content": "print(sorted([]))"}
    notes = {"name": "Notes", "type": "document", "content": "## Why\nBecause."}
    anew = {"updates": [{"pattern": ".*", "multiple": True, "replacement": "print(1)"}]}
    a_little = {"updates": [{"pattern": "1", "replacement": "2"}]}
    makes, changes = {"recipient": "canmore.create_textdoc"}, {"recipient": "canmore.update_textdoc"}
    nodes = [
        node("q1", None, "user", "Write it."),
        node("c1", "q1", "assistant", content={"content_type": "code", "text": json.dumps(program)}, **makes),
        node("t1", "c1", "tool", "Successfully created text document 'Sort'"),
        node("c2", "t1", "assistant", json.dumps(notes), **makes),
        node("c3", "c2", "assistant", json.dumps(anew), **changes),
        node("c4", "c3", "assistant", json.dumps(a_little), **changes),
        node("c5", "c4", "assistant", '{"name": "cut o', **makes),
        node("a1", "c5", "assistant", "I have put it into the canvas."),
    ]
    [conversation] = read(folder, chatgpt(nodes))
    assert shown(conversation)[1:] == [
        (
            "assistant",
            "**Sort**\n\n```python\nprint(sorted([]))\n```\n\n**Notes**\n\n## Why\nBecause.\n\n```\nprint(1)\n```\n\n"
            "I have put it into the canvas.",
        )
    ]


def test_files_and_pictures_that_are_not_in_the_export_leave_their_names_or_a_mark(folder: Path) -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_2"}
    drawn = {"content_type": "multimodal_text", "parts": [picture]}
    files = [{"name": "main.py", "mime_type": "text/x-python"}, {"name": "cat.png", "mime_type": "image/png"}, {}, 3]
    nodes = [
        node("q1", None, "user", "Draw what it does.", metadata={"attachments": files}),
        node("t1", "q1", "tool", content=drawn, author={"role": "tool", "name": "image_gen"}),
        node("t2", "t1", "tool", content=drawn | {"parts": ["page 1", picture]}),
    ]
    [conversation] = read(folder, chatgpt(nodes))
    assert shown(conversation) == [("user", "📎 main.py\n\nDraw what it does."), ("assistant", "🖼")]


def test_chatgpts_unfinished_answers_are_told_apart(folder: Path) -> None:
    nodes = [node("q1", None, "user", "?")]
    nodes += [node("a1", "q1", "assistant", "Done.")]
    nodes += [node("a2", "q1", "assistant", "Stopp", metadata={"finish_details": {"type": "interrupted"}})]
    nodes += [node("a3", "q1", "assistant", "Brok", status="in_progress")]
    nodes += [node("a4", "q1", "assistant", "Too lo", status="finished_partial_completion")]
    [conversation] = read(folder, chatgpt(nodes))
    assert {message.id: message.status for message in conversation.messages if message.role is Role.ASSISTANT} == {
        "a1": MessageStatus.COMPLETE,
        "a2": MessageStatus.STOPPED,
        "a3": MessageStatus.INTERRUPTED,
        "a4": MessageStatus.INTERRUPTED,
    }


def test_what_chatgpt_leaves_out_is_made_up_for(folder: Path) -> None:
    nodes = [
        node("q1", None, "user", "How do I read a file?", create_time=None),
        node("a1", "q1", "assistant", "Open it.", create_time=None, metadata=None),
    ]
    [conversation] = read(folder, chatgpt(nodes, title=None, update_time=None, current_node=None))
    assert conversation.conversation.title == "How do I read a file?"
    assert conversation.conversation.title_source is TitleSource.QUESTION
    assert conversation.conversation.leaf_id == "a1"
    assert {message.created_at for message in conversation.messages} == {conversation.conversation.created_at}


def test_a_conversation_in_which_nothing_was_said_is_left_out(folder: Path) -> None:
    empty = chatgpt([node("root", None), node("sys", "root", "system", "x")], "empty")
    assert len(read(folder, empty, SMALL_CHATGPT, huggingchat([said("s", "system", "")]))) == 1


def test_numbered_files_of_a_large_export_are_all_read(folder: Path) -> None:
    entries = {f"conversations-00{n}.json": [SMALL_CHATGPT | {"conversation_id": f"c{n}"}] for n in range(3)}
    with zip_file(folder / "export.zip", entries | {"export_manifest.json": {}, "user.json": {}}) as file:
        assert [each.conversation.id for each in read_conversations(file)] == ["c0", "c1", "c2"]


def test_a_list_within_an_object_is_read_too(folder: Path) -> None:
    with json_file(folder / "c.json", {"conversations": [SMALL_CHATGPT, SMALL_HUGGINGCHAT]}) as file:
        assert len(list(read_conversations(file))) == 2


# HuggingChat


def test_huggingchats_tree_is_kept_but_for_the_systems_message(folder: Path) -> None:
    [read_one] = read(folder, SMALL_HUGGINGCHAT)
    assert shown(read_one) == [("user", "How do I sort a list?"), ("assistant", "Use sorted().")]
    by_id = {message.id: message for message in read_one.messages}
    assert by_id["q1"].parent_id is None
    assert by_id["a1"].parent_id == by_id["a2"].parent_id == "q1"
    assert by_id["a2"].status is MessageStatus.STOPPED
    rating = by_id["a1"].feedback
    assert rating
    assert rating.vote is Vote.UP
    assert rating.given_at.isoformat() == "2026-03-01T10:00:05+00:00"
    assert read_one.conversation.updated_at.isoformat() == "2026-03-02T10:00:00+00:00"


def test_huggingchats_conversations_from_before_branches_are_one_line(folder: Path) -> None:
    old = [
        {"from": by, "id": f"m{n}", "content": f"{n}"} for n, by in enumerate(["system", *["user", "assistant"] * 2])
    ]
    [conversation] = read(folder, huggingchat(old))
    assert shown(conversation) == [("user", "1"), ("assistant", "2"), ("user", "3"), ("assistant", "4")]


def test_what_huggingchats_model_thought_is_left_out_and_files_leave_their_names(folder: Path) -> None:
    files = [{"type": "hash", "name": "main.py", "value": "5e55", "mime": "text/plain"}, "file-65f0-5e55.py"]
    messages = [
        said("q1", "user", "What is <think>?", files=files),
        said("a1", "assistant", "<think>\nA tag.\n</think>\n\nA tag.", ["q1"], reasoning="A tag."),
        said("a2", "assistant", "<think>\nA t", ["q1"], interrupted=True),
    ]
    [conversation] = read(folder, huggingchat(messages))
    assert [message.text for message in conversation.messages] == ["📎 main.py\n\nWhat is <think>?", "A tag.", ""]


def test_huggingchats_trace_of_one_conversation_is_read(folder: Path) -> None:
    inner = {**SMALL_HUGGINGCHAT, "id": SMALL_HUGGINGCHAT["_id"]}
    del inner["_id"]
    trace = {"format": "chat-ui-conversation-trace", "version": 1, "conversation": inner, "services": [], "files": []}
    assert read(folder, trace) == read(folder, SMALL_HUGGINGCHAT)


def test_what_mongodb_itself_exports_is_read_line_by_line(folder: Path) -> None:
    moment = "2026-03-01T10:00:00.000Z"
    row = SMALL_HUGGINGCHAT | {"_id": {"$oid": "65f0c0ffee"}, "createdAt": {"$date": moment}}
    later = {"$date": {"$numberLong": "1772445600000"}}
    with json_file(folder / "c.json", SMALL_HUGGINGCHAT) as file:
        [plain] = list(read_conversations(file))
    with zip_file(folder / "c.zip", {"dump.jsonl": f"{json.dumps(row | {'updatedAt': later})}\n\n"}) as file:
        [dumped] = list(read_conversations(file))
    assert dumped == plain
