"""Which loader the settings ask for. What a backend needs is imported when it loads, not here."""

from assistant.backends.embedded import EmbeddedLoader
from assistant.backends.torch_engine.loader import TransformersLoader, TransformersOptions
from assistant.engine import ModelLoader
from assistant.settings import Backend, Quantization, Settings

_PREFIX_FOLDER = "prefixes"


def choose_loader(settings: Settings) -> ModelLoader:
    match settings.backend:
        case Backend.EMBEDDED:
            return EmbeddedLoader(settings.model)
        case Backend.TRANSFORMERS:
            return TransformersLoader(settings.model, settings.data_dir / _PREFIX_FOLDER, _transformers(settings))


def _transformers(settings: Settings) -> TransformersOptions:
    return TransformersOptions(
        revision=settings.model_revision,
        device=settings.device,
        dtype=settings.dtype,
        quantization="" if settings.quantization is Quantization.NONE else settings.quantization,
    )
