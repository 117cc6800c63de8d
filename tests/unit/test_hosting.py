"""The app is reached where people look for it, on a laptop and in a Space."""

import pytest
from pydantic import ValidationError

from assistant.errors.app import SettingsError
from assistant.settings import Settings
from assistant.web.hosting import Hosting, find_hosting

SPACE = {"SPACE_HOST": "me-assistant.hf.space,chat.example"}


def hosting(environment: dict[str, str], **settings: object) -> Hosting:
    return find_hosting(Settings(_env_file=None, **settings), environment)  # type: ignore[arg-type,call-arg]  # by name


def test_on_a_laptop_nobody_else_reaches_it() -> None:
    found = hosting({})
    assert (found.listen_on, found.public_url, found.framed_by) == ("127.0.0.1", "", "")
    assert not found.is_space


def test_in_a_space_its_proxy_reaches_it_and_hugging_face_may_frame_it() -> None:
    found = hosting(SPACE)
    assert (found.listen_on, found.public_url) == ("0.0.0.0", "https://me-assistant.hf.space")
    assert found.framed_by == "https://huggingface.co"
    assert found.is_https


def test_what_the_settings_say_counts_more() -> None:
    found = hosting(SPACE, host="10.0.0.1", public_url="http://chat.local")
    assert (found.listen_on, found.public_url, found.is_https) == ("10.0.0.1", "http://chat.local", False)


def test_only_this_machines_proxy_is_believed_and_in_a_space_hugging_faces() -> None:
    assert hosting({}).trusted_proxies == ("127.0.0.0/8", "::1")
    assert set(hosting(SPACE).trusted_proxies) > {"127.0.0.0/8", "10.0.0.0/8"}
    assert hosting(SPACE, trusted_proxies="192.0.2.1, 2001:db8::/32").trusted_proxies == ("192.0.2.1", "2001:db8::/32")


@pytest.mark.parametrize("wrong", ["my-proxy", "10.0.0.0/33", "10.0.0.1/8", "*"])
def test_a_proxy_that_is_no_address_stops_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError):
        hosting({}, trusted_proxies=wrong)


@pytest.mark.parametrize("name", ["GRADIO_VIBE_MODE", "GRADIO_WATCH_DIRS"])
def test_what_would_let_visitors_change_the_app_stops_the_start(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        hosting({name: "1"})
    assert refused.value.facts["setting"] == name
