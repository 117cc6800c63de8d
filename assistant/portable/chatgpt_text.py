"""The text of a message of ChatGPT's, as its page showed it.

Answers hold marks for that page to draw, between characters that nobody types: a source, the name of a thing, a row of
pictures. What was drawn for a mark stands in the message's `content_references`. Documents and programs that ChatGPT
wrote into its canvas are sent to a tool, and are the better part of an answer: they are taken in as text.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.portable.answer_markdown import fenced
from assistant.portable.broken_file import broken
from assistant.portable.foreign import read_text

_STANDS_FOR = {"image_asset_pointer": "🖼", "audio_asset_pointer": "🔊", "video_container_asset_pointer": "🎞"}
_FILE = "📎"
_SHOWN = ("text", "multimodal_text")
_CANVAS = "canmore."
_OPEN, _CLOSE, _BAR = "\ue200", "\ue201", "\ue202"
_MARK = re.compile(f" ?{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_UNSEEN = re.compile("[\ue203\ue204\ue206]")
"""Around words that a source is given for."""
_WHOLE = ".*"
"""The pattern of a change that replaces all of a document."""


def text_of(message: dict[str, Any], metadata: dict[str, Any]) -> str:
    """Empty where nothing was shown. Raises BrokenFileError."""
    content = message["content"]
    role, recipient = message["author"]["role"], message.get("recipient")
    if metadata.get("is_visually_hidden_from_conversation"):
        return ""
    if role == "assistant" and str(recipient).startswith(_CANVAS):
        return read_text(_document(_sent(content)))
    if recipient not in (None, "all"):
        return ""
    parts = _parts(content)
    if role == "tool":
        # Only the pictures that it made.
        return "\n\n".join(parts) if parts and set(parts) == {_STANDS_FOR["image_asset_pointer"]} else ""
    text = read_text("\n\n".join(filter(None, [*_attached(metadata), *parts])))
    return _drawn(text, metadata) if role == "assistant" else text


def _parts(content: dict[str, Any]) -> list[str]:
    parts = content.get("parts")
    if content.get("content_type") not in _SHOWN or parts is None:
        return []
    if not isinstance(parts, list):
        raise broken("its parts are not a list")
    return [_part(part) for part in parts]


def _part(part: object) -> str:
    match part:
        case str():
            return part
        case {"content_type": "audio_transcription", "text": str(text)}:
            return text
        case {"content_type": str(kind)}:
            return _STANDS_FOR.get(kind, _FILE)
        case None:
            return ""
        case _:
            raise broken("a part of it is neither text nor a file")


def _attached(metadata: dict[str, Any]) -> Iterator[str]:
    """The names of files that are not in the export; pictures are among the parts."""
    attachments = metadata.get("attachments")
    for file in attachments if isinstance(attachments, list) else []:
        match file:
            case {"name": str(name)} if not str(file.get("mime_type")).startswith("image/"):
                yield f"{_FILE} {name}"


def _drawn(text: str, metadata: dict[str, Any]) -> str:
    """Each mark as it was shown."""
    known = dict(_references(metadata))

    def replaced(mark: re.Match[str]) -> str:
        whole = mark[0].lstrip(" ")
        shown = known[whole] if whole in known else _said(mark[1])
        return mark[0].replace(whole, shown) if shown else ""

    return _UNSEEN.sub("", _MARK.sub(replaced, text))


def _references(metadata: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A mark, and what was shown for it: Markdown."""
    references = metadata.get("content_references")
    for reference in references if isinstance(references, list) else []:
        match reference:
            case {"matched_text": str(mark), "alt": str(shown)}:
                yield mark, shown


def _said(inside: str) -> str:
    """What a mark says by itself: the name of a thing, or a link."""
    match inside.split(_BAR):
        case ["entity", thing]:
            named = _read(thing)
            return str(named[1]) if isinstance(named, list) and len(named) > 1 else thing
        case ["url", words, address]:
            return f"[{words}]({address})"
    return ""


def _sent(content: dict[str, Any]) -> object:
    """What the tool was sent."""
    match content:
        case {"text": str(sent)} | {"parts": [str(sent)]}:
            return _read(sent)
    return None


def _read(value: str) -> object:
    """None for what is no JSON, as where an answer was cut off."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _document(sent: object) -> str:
    match sent:
        case {"name": str(name), "type": str(kind), "content": str(text)}:
            return f"**{name}**\n\n" + (_program(text, kind) if kind.startswith("code/") else text)
        case {"updates": [{"pattern": str(pattern), "replacement": str(text)}]} if pattern == _WHOLE:
            return fenced(text)
    return ""


def _program(text: str, kind: str) -> str:
    fence, _, rest = fenced(text).partition("\n")
    language = kind.removeprefix("code/")
    return f"{fence}{language if language.isalnum() else ''}\n{rest}"
