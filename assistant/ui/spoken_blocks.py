"""The page as Gradio describes it to the browser, in the language of whoever asks for it.

Gradio makes one description, `config`, for everybody. The page is laid out once more in each of the other languages,
only to take the words from there: so labels are right from the first moment, and the choice is ours, where `gr.I18n`
would translate in the browser, by the browser's language alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import gradio as gr
from gradio.data_classes import BlocksConfigDict

from assistant.languages import DEFAULT, languages, speaking, spoken
from assistant.ui.sparse_blocks import SparseBlocks


class SpokenBlocks(SparseBlocks):
    """`lay_out` is called inside of it, for each language but the first, and has to make the same components."""

    def __init__(self, lay_out: Callable[[], object], title: Callable[[], str]) -> None:
        self._title = title
        self._in_other_words: Mapping[str, Sequence[dict[str, Any]]] = {}
        super().__init__(analytics_enabled=False)
        self._in_other_words = {tag: _components(tag, lay_out) for tag in languages() if tag != DEFAULT}

    @property
    def config(self) -> BlocksConfigDict:
        config: dict[str, Any] = {**self._config, "title": self._title()}
        if others := self._in_other_words.get(spoken()):
            # What comes after the layout, such as a timer, has no words.
            mine = config["components"]
            said = [{**one, "props": other["props"]} for one, other in zip(mine, others, strict=False)]
            config["components"] = [*said, *mine[len(others) :]]
        return cast(BlocksConfigDict, config)

    @config.setter
    def config(self, config: BlocksConfigDict) -> None:
        self._config = config


def _components(language: str, lay_out: Callable[[], object]) -> Sequence[dict[str, Any]]:
    with speaking(language), gr.Blocks(analytics_enabled=False) as page:
        lay_out()
    components: Sequence[dict[str, Any]] = page.config["components"]
    return components
