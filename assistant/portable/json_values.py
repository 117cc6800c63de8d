"""The JSON values of a file, one after another: the items of a list, the lines of JSONL, or the one value.

Each is measured by its brackets before it is parsed, so that what is deep, huge or cut off costs nothing. Knows
nothing of conversations.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from mmap import mmap

from assistant.portable.bounds import CONVERSATION_BYTES, CONVERSATION_PARTS, NESTING, WHOLE_NUMBER
from assistant.portable.broken_file import at, broken, told

# The closing quote may lack: a string that never ends is read once, not once more from each quote in it.
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+|([\[{])|([\]}])', re.DOTALL)
_SPACE = re.compile(rb"\s*+")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
# As JSON writes them. Most files have none, and are not gone through once more.
_PERHAPS_NOT_STORABLE = re.compile(rb"\\u(?:0000|[dD][89A-Fa-f])")


def json_objects(data: bytes | mmap) -> Iterator[tuple[str, object]]:
    """Each with its place, "conversation 3". Raises BrokenFileError."""
    start = len(_BYTE_ORDER_MARK) if data[: len(_BYTE_ORDER_MARK)] == _BYTE_ORDER_MARK else 0
    start = _after_space(data, start)
    is_list = data[start : start + 1] == b"["
    at_byte = _after_space(data, start + 1) if is_list else start
    number = 0
    while at_byte < len(data) and data[at_byte : at_byte + 1] != b"]":
        number += 1
        place = f"conversation {number}"
        with at(place):
            end = _end_of(data, at_byte)
            value = _parsed(data[at_byte:end])
            at_byte = _after_space(data, end)
            if is_list:
                at_byte = _after_comma(data, at_byte)
        yield place, value
    if is_list and (data[at_byte : at_byte + 1] != b"]" or _after_space(data, at_byte + 1) < len(data)):
        raise broken("the list is cut off, or something follows it", f"after conversation {number}")


def _after_space(data: bytes | mmap, start: int) -> int:
    found = _SPACE.match(data, start)
    return found.end() if found else start


def _after_comma(data: bytes | mmap, start: int) -> int:
    if data[start : start + 1] == b",":
        return _after_space(data, start + 1)
    if data[start : start + 1] == b"]":
        return start
    raise broken("the list is cut off after it, or a comma is missing")


def _end_of(data: bytes | mmap, start: int) -> int:
    if data[start : start + 1] != b"{":
        raise broken("it is not a JSON object")
    depth = 0
    tokens = _STRING_OR_BRACKET.finditer(data, start, min(len(data), start + CONVERSATION_BYTES))
    for token in islice(tokens, CONVERSATION_PARTS):
        if token.lastindex == 1:
            depth += 1
            if depth > NESTING:
                raise broken(f"its brackets are nested more than {NESTING} deep")
        elif token.lastindex == 2:
            depth -= 1
            if depth == 0:
                return token.end()
    if next(tokens, None) or len(data) - start > CONVERSATION_BYTES:
        raise broken(f"it is larger than {CONVERSATION_BYTES} bytes, or of more than {CONVERSATION_PARTS} parts")
    raise broken("it is cut off")


def _parsed(data: bytes) -> object:
    try:
        value = _DECODER.decode(data.decode())
    except json.JSONDecodeError as error:
        raise broken(f"it is not JSON at its byte {error.pos}") from error
    except UnicodeDecodeError as error:
        raise broken(f"it is not UTF-8 (its byte {error.start})") from error
    return _storable(value) if _PERHAPS_NOT_STORABLE.search(data) else value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise broken(f"the name {told(twice)} is used twice in one object")
    return made


def _not_json(name: str) -> object:
    raise broken(f"{name} is not JSON")


def _whole(digits: str) -> int:
    return int(_number(digits))


def _number(digits: str) -> float:
    """Raises BrokenFileError for a number that no two programs agree on."""
    number = float(digits)
    if abs(number) > WHOLE_NUMBER:
        raise broken("a number in it is too large")
    return number


def _storable(value: object) -> object:
    """NUL and halves of characters replaced, as in what is typed."""
    if isinstance(value, str):
        return _NOT_STORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {str(_storable(name)): _storable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_not_json, parse_int=_whole, parse_float=_number)
