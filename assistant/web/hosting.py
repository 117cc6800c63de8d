"""Where the app is reached: on this machine, under a public address, or in a Hugging Face Space."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.errors.app import SettingsError
from assistant.settings import Settings

_HUGGING_FACE = "https://huggingface.co"
_THIS_MACHINE, _EVERY_INTERFACE = "127.0.0.1", "0.0.0.0"  # noqa: S104  # what a Space's proxy needs

_LOOPBACK = ("127.0.0.0/8", "::1")
# A Space is reached through Hugging Face's proxy alone, which is somewhere in its private network.
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")

# Of Gradio, which reads them by itself: an editor of the running app, and files that are loaded anew when they change.
_NEVER = ("GRADIO_VIBE_MODE", "GRADIO_WATCH_DIRS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    listen_on: str
    public_url: str
    """Empty: people reach it under whatever address their requests name."""
    framed_by: str
    """The site that shows the page inside its own; empty for none."""
    framing_page: str = ""
    """Of that site: where people find this app."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of those who may say where a request comes from."""
    readable_by: tuple[str, ...] = ()
    """Other origins whose pages may read answers."""

    @property
    def is_space(self) -> bool:
        """Whose disk is emptied at every restart."""
        return self.framed_by == _HUGGING_FACE

    @property
    def is_https(self) -> bool:
        """Outside; the proxy in front of the app may speak plain HTTP to it."""
        return self.public_url.startswith("https://")


def find_hosting(settings: Settings, environment: Mapping[str, str]) -> Hosting:
    """A Space says in its environment where it is, and is shown inside Hugging Face's page. Raises SettingsError."""
    for name in _NEVER:
        if environment.get(name):
            raise SettingsError(setting=name, fault="lets whoever visits change the app", allowed="unset it")
    space_id = environment.get("SPACE_ID", "")
    space = environment.get("SPACE_HOST", "").split(",")[0]
    return Hosting(
        listen_on=settings.host or (_EVERY_INTERFACE if space else _THIS_MACHINE),
        public_url=settings.public_url or (f"https://{space}" if space else ""),
        framed_by=_HUGGING_FACE if space else "",
        framing_page=f"{_HUGGING_FACE}/spaces/{space_id}" if space and space_id else "",
        trusted_proxies=settings.trusted_proxies or _LOOPBACK + (_PRIVATE if space else ()),
        readable_by=settings.cors_origins,
    )
