"""The app is reached where people look for it, on a laptop and in a Space."""

from assistant.settings import Settings
from assistant.web.hosting import Hosting, find_hosting

SPACE = {"SPACE_HOST": "me-assistant.hf.space,chat.example"}


def hosting(environment: dict[str, str], **settings: object) -> Hosting:
    return find_hosting(Settings(_env_file=None, **settings), environment)  # type: ignore[arg-type,call-arg]  # by name


def test_on_a_laptop_nobody_else_reaches_it() -> None:
    assert hosting({}) == Hosting(listen_on="127.0.0.1", public_url="", framed_by="")


def test_in_a_space_its_proxy_reaches_it_and_hugging_face_may_frame_it() -> None:
    found = hosting(SPACE)
    assert found == Hosting(
        listen_on="0.0.0.0", public_url="https://me-assistant.hf.space", framed_by="https://huggingface.co"
    )
    assert found.is_https


def test_what_the_settings_say_counts_more() -> None:
    found = hosting(SPACE, host="10.0.0.1", public_url="http://chat.local")
    assert (found.listen_on, found.public_url, found.is_https) == ("10.0.0.1", "http://chat.local", False)
