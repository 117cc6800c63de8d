"""How much text an answer may come to: a server that does not keep to its limit must not fill the memory."""

_LONGEST_TOKEN = 256
"""Characters; vocabularies for code hold runs of white space nearly as long."""
_MOST_TOKENS = 4096
"""Where no limit was asked for."""


def answer_room(max_new_tokens: int | None) -> int:
    """Characters."""
    return (max_new_tokens or _MOST_TOKENS) * _LONGEST_TOKEN
