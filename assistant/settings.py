"""Every setting of the app: `ASSISTANT_…` environment variables or a `.env` file, with bounds and meaning."""

import difflib
import os
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from annotated_types import Ge, Gt, Le
from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.errors.app import SettingsError

PREFIX = "ASSISTANT_"
_ENV_FILE = ".env"


class Dtype(StrEnum):
    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"


class Quantization(StrEnum):
    NONE = "none"
    EIGHT_BIT = "8bit"
    FOUR_BIT = "4bit"


class Backend(StrEnum):
    EMBEDDED = "embedded"
    TRANSFORMERS = "transformers"
    TGI = "tgi"
    OPENAI = "openai"


class BackendDialect(StrEnum):
    AUTO = "auto"
    LLAMA_CPP = "llama.cpp"
    VLLM = "vllm"
    SGLANG = "sglang"
    TRANSFORMERS = "transformers"
    OPENAI = "openai"


class BackendMode(StrEnum):
    AUTO = "auto"
    COMPLETIONS = "completions"
    CHAT = "chat"


def _web_address(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    if "@" in urlsplit(value).netloc:
        # Addresses stand in the log.
        raise ValueError("must not hold a name or a password")
    return value.rstrip("/")


def _separated(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


# NoDecode: an environment variable is taken as it is, not as JSON.
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_separated)]


def _report_address(value: str) -> str:
    if not value or value.startswith(("http://", "https://", "mailto:")):
        return value
    if "@" not in value or any(character.isspace() for character in value):
        raise ValueError("must be an e-mail address, or begin with https:// or mailto:")
    return f"mailto:{value}"


WebAddress = Annotated[str, AfterValidator(_web_address)]
ReportAddress = Annotated[str, AfterValidator(_report_address)]
WebAddresses = Annotated[tuple[WebAddress, ...], NoDecode, BeforeValidator(_separated)]


def _network(value: str) -> str:
    try:
        return str(ip_network(value)) if "/" in value else str(ip_address(value))
    except ValueError as error:
        raise ValueError(f"{value} is neither an address nor a network") from error


Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_separated)]
_EMPTY_IS_NONE = BeforeValidator(lambda value: None if value == "" else value)
OptionalFolder = Annotated[Path | None, _EMPTY_IS_NONE]
OptionalDays = Annotated[int | None, Ge(1), Le(36_500), _EMPTY_IS_NONE]


class Settings(BaseSettings):
    """Frozen; an unknown `ASSISTANT_` name is an error, so that a misspelt setting is never ignored."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=_ENV_FILE, frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    host: str = ""
    """Address to listen on; 0.0.0.0 for every interface. Empty: this machine alone, or in a Space every interface."""
    port: int = Field(7860, ge=1, le=65535)
    """Port to listen on."""
    data_dir: Path = Path("data")
    """Folder for database and keys; made with owner-only rights."""
    database_url: SecretStr = SecretStr("")
    """SQLAlchemy URL, which may hold a password; empty for SQLite in the data folder."""
    database_connections: int = Field(10, ge=1, le=1000)
    """Connections to PostgreSQL that this process opens at most."""
    lost_after_seconds: float = Field(10.0, ge=0.5, le=600)
    """How long an answer may be without a sign of life before it is ended as interrupted, on PostgreSQL, by a process
    that is alive."""
    backup_dir: OptionalFolder = None
    """Folder for backups of the SQLite database, which a start without a database is restored from; empty for none."""
    backup_hours: float = Field(1.0, gt=0, le=168)
    """From one backup to the next, in hours."""
    backup_keep: int = Field(24, ge=1, le=10_000)
    """How many backups are kept, the newest."""
    retention_days: OptionalDays = None
    """Days after which a conversation is deleted that nobody goes on with, and whose owner is not signed in; empty for
    never."""
    backend: Backend = Backend.EMBEDDED
    """What runs the model: `embedded` is llama.cpp in the process, `transformers` is torch in the process, `tgi` and
    `openai` are servers at `ASSISTANT_BACKEND_URL`."""
    backend_url: WebAddresses = ()
    """Address of the server for `tgi` and `openai`; several, separated by commas, for servers of the same model."""
    backend_api_key: SecretStr = SecretStr("")
    """Key that the engine asks for, if any."""
    backend_dialect: BackendDialect = BackendDialect.AUTO
    """What the `openai` server is, where it is not found out by itself: it decides how options are named."""
    backend_mode: BackendMode = BackendMode.AUTO
    """Whether the `openai` server is sent prompts (`completions`) or messages (`chat`); `auto` prefers prompts."""
    metrics_token: SecretStr = SecretStr("")
    """Token that `GET /metrics` asks for, a long and random one; without it there is no such route."""
    model: str = ""
    """For `embedded` a GGUF file or `hub:owner/repo/file.gguf`, for `transformers` a hub id, a short name of the
    catalogue or a folder; for servers their name of it or ours. Empty for the backend's default."""
    model_revision: str = ""
    """Branch, tag or commit on the Hub, for `transformers`; empty for the catalogue's."""
    device: str = "auto"
    """Where `transformers` runs: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`."""
    dtype: Dtype = Dtype.AUTO
    """Number format for `transformers`; `auto` is bfloat16 on a GPU and float32 on a CPU."""
    quantization: Quantization = Quantization.NONE
    """`8bit` or `4bit` weights for `transformers`, which need bitsandbytes."""
    prompt: str = ""
    """A template under `prompts/`, a file, or `hub:owner/repo/file@revision`; empty for what suits the model."""
    public_url: WebAddress = ""
    """Address that people reach the app at, for share links; empty to take it from the request."""
    oidc_provider_url: WebAddress = ""
    """Address of the OpenID Connect provider to sign in with; empty for a Space's own, or for none."""
    oidc_client_id: str = ""
    """What the provider calls this app."""
    oidc_client_secret: SecretStr = SecretStr("")
    """The app's secret at the provider, where it has one."""
    oidc_scopes: str = ""
    """What the provider is asked to tell; empty for `openid profile`, or what a Space was given."""
    oidc_name: str = ""
    """The provider's name on the page; empty for its host's."""
    sign_in_required: bool = False
    """Serve only those who sign in; shared pages stay open to whoever has their link."""
    sign_in_users: Names = ()
    """Who may sign in: user names or confirmed e-mail addresses, separated by commas; empty for everybody."""
    sign_in_organisations: Names = ()
    """Whose members may sign in too: organisations at Hugging Face, groups at other providers."""
    sign_in_days: int = Field(30, ge=1, le=400)
    """Days after which a browser has to be signed in anew; only then the list of who may is looked at again."""
    report_address: ReportAddress = ""
    """Where shared pages can be reported: an e-mail address or a web address; empty for nowhere."""
    message_limit: int = Field(100_000, ge=1, le=1_000_000)
    """Characters that one message may have; the model's window is checked in tokens besides."""
    body_limit: int = Field(16, ge=1, le=1000)
    """MiB that the body of a request may have; files of conversations that are imported have a bound of their own."""
    turns_per_minute: int = Field(30, ge=0, le=1_000_000)
    """Questions that one person may ask at once; as many come back within a minute. 0 for any number."""
    turns_per_day: int = Field(2000, ge=0, le=1_000_000_000)
    """The same within a day."""
    tokens_per_day: int = Field(20_000_000, ge=0, le=1_000_000_000_000)
    """Tokens that one person's answers may read and write within a day; 0 for any number."""
    answers_at_once: int = Field(8, ge=0, le=100_000)
    """Answers that are written for one person at the same time; 0 for any number."""
    shares_per_hour: int = Field(60, ge=0, le=1_000_000)
    """Links that one person may make within an hour; 0 for any number."""
    imports_per_hour: int = Field(60, ge=0, le=1_000_000)
    """Files of conversations, and copies of shared pages, that one person may take in within an hour; 0 for any
    number."""
    exports_per_hour: int = Field(300, ge=0, le=1_000_000)
    """Exports, and previews of what would be shared, that one person may ask for within an hour; 0 for any number."""
    requests_per_minute: int = Field(600, ge=0, le=1_000_000)
    """What one person's pages may ask a process for within a minute, such as searches and counts of tokens; 0 for any
    number."""
    people_per_address: int = Field(20, ge=1, le=1_000_000)
    """How many people one internet address stands for: it may have that many times what one person may."""
    misses_per_hour: int = Field(120, ge=0, le=1_000_000)
    """Wrong links or pass-phrases that one address may try within an hour, and wrong pass-phrases that all of them
    together may try on one page; 0 for any number."""
    sign_ins_per_hour: int = Field(120, ge=0, le=1_000_000)
    """Sign-ins that one address may try within an hour; 0 for any number."""
    trusted_proxies: Networks = ()
    """Addresses or networks of proxies whose word on a visitor's address and scheme is taken, separated by commas.
    Empty: this machine's own, and in a Space also private networks, which its proxy is in."""
    cors_origins: WebAddresses = ()
    """Other sites whose pages may read what the app answers, without its cookie; separated by commas."""
    queue_length: int = Field(32, ge=0, le=10_000)
    """How many may wait for a place at the engine; whoever comes then is told when to try again."""
    connect_seconds: float = Field(5.0, gt=0, le=600)
    """How long a connection to the engine's server may take to be made, for `tgi` and `openai`."""
    first_token_seconds: float = Field(120.0, gt=0, le=3600)
    """How long the engine may read a prompt before its first word."""
    next_token_seconds: float = Field(30.0, gt=0, le=3600)
    """How long the engine may pause within an answer."""
    answer_seconds: float = Field(900.0, gt=0, le=86_400)
    """How long a whole answer may take."""
    drain_seconds: float = Field(5.0, ge=0, le=300)
    """How long running answers may go on when the app is told to end."""


def load_settings() -> Settings:
    """Read environment and `.env`. Raises SettingsError naming the setting, the fault and what is allowed."""
    given = {**dotenv_values(_ENV_FILE), **os.environ}
    for name in sorted(given):
        field = name.upper().removeprefix(PREFIX)
        if name.upper().startswith(PREFIX) and field.lower() not in Settings.model_fields:
            raise SettingsError(setting=name, fault="is not a setting", allowed=_nearest(field.lower()))
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]).lower()
        raise SettingsError(
            setting=PREFIX + field.upper(), fault=first["msg"].removeprefix("Value error, "), allowed=_allowed(field)
        ) from None


def _nearest(field: str) -> str:
    near = difflib.get_close_matches(field, Settings.model_fields, n=1)
    return f"did you mean {PREFIX}{near[0].upper()}?" if near else "the README's table names every setting"


def _allowed(field: str) -> str:
    info = Settings.model_fields[field]
    if isinstance(info.annotation, type) and issubclass(info.annotation, StrEnum):
        return "one of: " + ", ".join(info.annotation)
    return f"{info.description or ''} {', '.join(filter(None, map(_in_words, info.metadata)))}".strip()


def _in_words(bound: object) -> str:
    match bound:
        case Ge():
            return f"at least {bound.ge}"
        case Gt():
            return f"more than {bound.gt}"
        case Le():
            return f"at most {bound.le}"
        case _:
            return ""
