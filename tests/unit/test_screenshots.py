"""The album shows every picture that is made, and no other."""

import re

from benchmarks.screenshots import DOCS, IN_CHINESE, README, STATES, album_name
from tests.app_process import ROOT


def test_the_album_has_a_picture_of_each_state() -> None:
    made = {album_name(state.__name__, "en") for state in STATES}
    made |= {album_name(state.__name__, "zh-CN") for state in IN_CHINESE}
    shown = re.findall(r"\(screenshots/([^)]+)\)", (DOCS / "screenshots.md").read_text("utf-8"))
    assert sorted(shown) == sorted(made)
    assert {picture.name for picture in (DOCS / "screenshots").iterdir()} == made


def test_the_readme_shows_light_dark_phone_and_chinese() -> None:
    shown = re.findall(r"\(docs/([\w-]+)\.webp\)", (ROOT / "README.md").read_text("utf-8"))
    assert sorted(shown) == sorted(README.values())
