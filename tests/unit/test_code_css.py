"""Every colour of code can be read: 4.5 : 1 against its ground, in light and in dark (WCAG 2.2, 1.4.3)."""

import itertools
import re
from pathlib import Path

import pytest
from pygments.token import STANDARD_TYPES

from assistant.rendering import markdown
from tests.contrast import contrast

CSS = (Path(markdown.__file__).parent / "static" / "code.css").read_text("utf-8")
RULES = re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL))
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS)
}
BORDERS_ONLY = {"line", "ground"}
MODES = pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])


def test_the_measure_itself_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@MODES
@pytest.mark.parametrize("name", sorted(COLOURS.keys() - BORDERS_ONLY))
def test_every_ink_can_be_read_on_the_ground(name: str, mode: int) -> None:
    assert contrast(COLOURS[name][mode], COLOURS["ground"][mode]) >= 4.5


@MODES
def test_a_button_under_the_pointer_can_be_read(mode: int) -> None:
    assert contrast(COLOURS["ink"][mode], COLOURS["line"][mode]) >= 4.5


def test_every_colour_comes_from_the_palette() -> None:
    assert {"ground", "ink", "comment", "keyword", "string"} <= COLOURS.keys()
    declarations = [line.strip() for _, body in RULES for line in body.split(";") if line.strip()]
    palette = [line for line in declarations if line.startswith("--")]
    assert len(palette) == len(COLOURS)
    others = [line.split(":", 1) for line in declarations if not line.startswith("--")]
    for name, value in others:
        if name.strip() in {"color", "background"}:
            assert re.fullmatch(r"(var\(--[\w-]+\)|currentColor|inherit|transparent|none)( !important)?", value.strip())
        assert "#" not in value and "rgb" not in value
    assert set(re.findall(r"var\(--([\w-]+)\)", CSS)) <= COLOURS.keys()


def test_every_ink_stands_on_the_ground_of_its_block() -> None:
    grounds = {selector.strip(): body for selector, body in RULES if "background" in body}
    painted = [selector for selector, body in grounds.items() if "var(" in body]
    assert painted == [".code-block", ".code-block .code-head :is(:hover, :checked):not(span)"]


def test_every_class_is_one_that_the_highlighter_writes_and_none_has_two_inks() -> None:
    inks = [selector.strip() for selector, _ in RULES if selector.strip().startswith(".code-block :is(.")]
    groups = [re.findall(r"\.(\w+)", selector.removeprefix(".code-block")) for selector in inks]
    classes = list(itertools.chain.from_iterable(groups))
    assert len(classes) > 40
    assert len(classes) == len(set(classes))
    assert set(classes) <= set(STANDARD_TYPES.values())
