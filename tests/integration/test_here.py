"""An open page asks whether the server knows it, and whether it is still the same one."""

from pathlib import Path

from assistant.web.here import build_id
from tests.web_app import web_app


def test_a_visitor_is_known_and_a_browser_without_a_cookie_is_not(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        browser = running.visitor()
        stranger = browser.get("/here")
        assert (stranger.status_code, stranger.json()["known"], "set-cookie" in stranger.headers) == (200, False, False)
        document = browser.get("/").text
        assert f'<meta name="build" content="{stranger.json()["build"]}">' in document
        known = browser.get("/here")
        assert known.json() == {"build": stranger.json()["build"], "known": True}
        assert known.headers["cache-control"] == "no-store"


def test_the_build_changes_with_the_code_alone(tmp_path: Path) -> None:
    script = tmp_path / "ui" / "chat.js"
    script.parent.mkdir()
    script.write_text("one")
    first = build_id(tmp_path)
    (tmp_path / "assistant.db").write_text("data")
    assert build_id(tmp_path) == first
    script.write_text("two")
    second = build_id(tmp_path)
    script.rename(tmp_path / "chat.js")
    assert len({first, second, build_id(tmp_path)}) == 3
