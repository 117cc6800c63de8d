"""Which provider people sign in with, and who may: from the settings, or from what a Space says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from assistant.errors.app import SettingsError
from assistant.settings import Settings

_HUGGING_FACE = "huggingface.co"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInConfiguration:
    provider_url: str
    provider_name: str
    client_id: str
    client_secret: SecretStr
    scopes: str
    users: frozenset[str]
    """Who may sign in, with `organisations`; both empty: everybody whom the provider knows."""
    organisations: frozenset[str]
    is_required: bool


def find_sign_in(settings: Settings, environment: Mapping[str, str]) -> SignInConfiguration | None:
    """None: nobody signs in here. A Space with `hf_oauth` says in its environment how. Raises SettingsError."""
    url = settings.oidc_provider_url or environment.get("OPENID_PROVIDER_URL", "").rstrip("/")
    client_id = settings.oidc_client_id or environment.get("OAUTH_CLIENT_ID", "")
    if not url or not client_id:
        _refuse_half_of_it(settings)
        return None
    host = urlsplit(url).hostname or url
    return SignInConfiguration(
        provider_url=url,
        provider_name=settings.oidc_name or ("Hugging Face" if host == _HUGGING_FACE else host),
        client_id=client_id,
        client_secret=SecretStr(
            settings.oidc_client_secret.get_secret_value() or environment.get("OAUTH_CLIENT_SECRET", "")
        ),
        scopes=settings.oidc_scopes or environment.get("OAUTH_SCOPES", "") or "openid profile",
        users=frozenset(settings.sign_in_users),
        organisations=frozenset(settings.sign_in_organisations),
        is_required=settings.sign_in_required,
    )


def _refuse_half_of_it(settings: Settings) -> None:
    """Whoever meant to let in only some, or only those who sign in, would let in everybody."""
    for name in ("oidc_provider_url", "oidc_client_id", "sign_in_required", "sign_in_users", "sign_in_organisations"):
        if getattr(settings, name):
            fault = "needs a provider to sign in with"
            allowed = "ASSISTANT_OIDC_PROVIDER_URL and ASSISTANT_OIDC_CLIENT_ID, or a Space with hf_oauth"
            raise SettingsError(setting=f"ASSISTANT_{name.upper()}", fault=fault, allowed=allowed)
