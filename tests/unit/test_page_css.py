"""Colours of the chat page that say something by themselves are told from what they stand on, in light and in dark."""

import re

import pytest

from assistant.ui.page_files import STATIC
from tests.contrast import contrast

CSS = "\n".join(sheet.read_text("utf-8") for sheet in STATIC.glob("*.css"))
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS)
}
PAPER, SIDE_BAR = ("#ffffff", "#0a0f1e"), ("#f8fafc", "#0f172a")
METER = ("prefix", "history", "files", "question")
MODES = pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])


@MODES
@pytest.mark.parametrize("part", METER)
def test_a_part_of_the_meter_is_told_from_the_rest_of_it_and_its_swatch_from_the_page(part: str, mode: int) -> None:
    assert contrast(COLOURS[part][mode], COLOURS["rest"][mode]) >= 3
    assert contrast(COLOURS[part][mode], PAPER[mode]) >= 3


def test_two_parts_of_the_meter_have_a_gap_between_them() -> None:
    bar = re.search(r"#meter \.bar \{([^}]*)\}", CSS)
    assert bar is not None
    assert "gap: 1px" in bar[1]
    assert "background: var(--rest)" in bar[1]


def test_the_meter_has_no_other_colours() -> None:
    painted = re.findall(r"#meter \.(\w+) \{ background: ([^;]*);", CSS)
    assert dict(painted) == {part: f"var(--{part})" for part in METER} | {"room": painted[-1][1]}
    assert "#" not in painted[-1][1]


@MODES
@pytest.mark.parametrize("ink", ["grave", "ink-accent"])
@pytest.mark.parametrize("ground", [PAPER, SIDE_BAR], ids=["page", "side bar"])
def test_what_went_wrong_and_what_is_chosen_can_be_read(ink: str, ground: tuple[str, str], mode: int) -> None:
    assert contrast(COLOURS[ink][mode], ground[mode]) >= 4.5
