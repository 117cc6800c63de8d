"""The visitor's cookie: only this server can make one, and its key is kept with care."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import SettingsError
from assistant.web.identity import VisitorCookie, load_or_create_key
from assistant.wording import Wording

KEY = b"k" * 32


def value_of(header: str) -> dict[str, str]:
    name, _, value = header.partition(";")[0].partition("=")
    return {name: value}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_cookie_that_was_given_is_recognised(scheme: str) -> None:
    cookie = VisitorCookie(KEY)
    cookies = value_of(cookie.new_header(scheme))
    owner = cookie.owner_of(cookies)
    assert owner is not None
    assert VisitorCookie(KEY).owner_of(cookies) == owner


def test_every_visitor_is_another_one() -> None:
    cookie = VisitorCookie(KEY)
    assert len({cookie.owner_of(value_of(cookie.new_header("http"))) for _ in range(100)}) == 100


def test_the_owner_id_does_not_give_the_cookie_away() -> None:
    cookie = VisitorCookie(KEY)
    cookies = value_of(cookie.new_header("http"))
    assert str(cookie.owner_of(cookies)) not in str(cookies)
    assert cookie.owner_of({"assistant": str(cookie.owner_of(cookies))}) is None


def test_another_servers_cookie_is_nobody() -> None:
    assert VisitorCookie(b"x" * 32).owner_of(value_of(VisitorCookie(KEY).new_header("http"))) is None


@given(st.text())
def test_no_other_text_is_a_cookie(text: str) -> None:
    assert VisitorCookie(KEY).owner_of({"assistant": text, "__Host-assistant": text}) is None


@given(position=st.integers(0, 85), change=st.sampled_from("Ab0-_."))
def test_a_cookie_with_one_character_changed_is_nobody(position: int, change: str) -> None:
    cookie = VisitorCookie(KEY)
    name, value = next(iter(value_of(cookie.new_header("http")).items()))
    changed = value[:position] + change + value[position + 1 :]
    assert (cookie.owner_of({name: changed}) is None) == (changed != value)


def test_a_key_is_made_once_and_for_the_owners_eyes(tmp_path: Path) -> None:
    path = tmp_path / "cookie.key"
    key = load_or_create_key(path)
    assert len(key) == 32
    assert load_or_create_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["cookie.key"]


def test_a_process_that_comes_second_takes_the_firsts_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cookie.key"
    first = load_or_create_key(path)
    # As between the look and the making of the file, when both processes start at once.
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert load_or_create_key(path) == first
    assert [file.name for file in tmp_path.iterdir()] == ["cookie.key"]


@pytest.mark.parametrize("content", [b"", b"short", b"k" * 31, b"k" * 33], ids=len)
def test_a_damaged_key_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cookie.key"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        load_or_create_key(path)
    assert "cookie.key is damaged" in Wording().error(refused.value)


def test_a_key_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "cookie.key").mkdir()
    with pytest.raises(SettingsError, match=r"cookie\.key"):
        load_or_create_key(tmp_path / "cookie.key")
