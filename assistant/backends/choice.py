"""Which loader the settings ask for. What a backend needs is imported when it loads, not here."""

from assistant.backends.embedded import EmbeddedLoader
from assistant.backends.openai_protocol.dialect import Dialect
from assistant.backends.openai_protocol.loader import Mode, OpenAIServerLoader
from assistant.backends.patience import Patience
from assistant.backends.tgi.loader import TgiLoader
from assistant.backends.torch_engine.loader import TransformersLoader, TransformersOptions
from assistant.engine import ModelLoader
from assistant.errors.app import SettingsError
from assistant.settings import Backend, BackendDialect, Quantization, Settings

_PREFIX_FOLDER = "prefixes"


def choose_loader(settings: Settings) -> ModelLoader:
    """Raises SettingsError when the backend is a server and its address is missing."""
    patience = Patience(
        connect=settings.connect_seconds,
        first_token=settings.first_token_seconds,
        next_token=settings.next_token_seconds,
    )
    prefixes = settings.data_dir / _PREFIX_FOLDER
    match settings.backend:
        case Backend.EMBEDDED:
            return EmbeddedLoader(settings.model, prefixes, patience)
        case Backend.TRANSFORMERS:
            return TransformersLoader(settings.model, prefixes, _transformers(settings))
        case Backend.TGI:
            return TgiLoader(_addresses(settings), settings.backend_api_key, settings.model, patience)
        case Backend.OPENAI:
            found_out = settings.backend_dialect is BackendDialect.AUTO
            return OpenAIServerLoader(
                _addresses(settings),
                settings.backend_api_key,
                settings.model,
                dialect=None if found_out else Dialect(settings.backend_dialect),
                mode=Mode(settings.backend_mode),
                patience=patience,
            )


def _addresses(settings: Settings) -> tuple[str, ...]:
    if not settings.backend_url:
        fault = f"is needed by ASSISTANT_BACKEND={settings.backend}"
        allowed = "the server's address, or several separated by commas"
        raise SettingsError(setting="ASSISTANT_BACKEND_URL", fault=fault, allowed=allowed)
    return settings.backend_url


def _transformers(settings: Settings) -> TransformersOptions:
    return TransformersOptions(
        revision=settings.model_revision,
        device=settings.device,
        dtype=settings.dtype,
        quantization="" if settings.quantization is Quantization.NONE else settings.quantization,
    )
