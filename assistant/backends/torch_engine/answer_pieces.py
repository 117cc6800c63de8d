"""From tokens to text, piece by piece, and whether a stop string has come up in it."""

from collections.abc import Sequence

from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream

_CONTEXT = 8
"""Tokens of the prompt that the decoder sees, since some tokenizers drop the space before a first word."""


class TextStream:
    """One request's. Text comes out in whole characters only; special tokens make none."""

    def __init__(self, tokenizer: Tokenizer, prompt_ids: Sequence[int], stops: Sequence[str]) -> None:
        self._tokenizer = tokenizer
        self._decoder = DecodeStream(ids=list(prompt_ids[-_CONTEXT:]), skip_special_tokens=True)
        self._stops = [stop for stop in stops if stop]
        self._overlap = max(map(len, self._stops), default=1) - 1
        self._end = ""
        self.stopped = False
        """True once a stop string is complete; the text that holds it has been given out."""

    def feed(self, token: int) -> str:
        piece = self._decoder.step(self._tokenizer, token) or ""
        text = self._end + piece
        self.stopped = any(stop in text for stop in self._stops)
        self._end = text[max(0, len(text) - self._overlap) :]
        return piece
