"""From a folder of safetensors to a model in memory. Never runs code that comes with a model, never reads a pickle."""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.cache_utils import DynamicCache, DynamicLayer
from transformers.utils import logging as transformers_logging

from assistant.backends.cpu_threads import engine_threads
from assistant.backends.torch_engine.causal_model import CausalModel
from assistant.backends.torch_engine.placement import Placement
from assistant.errors.engine import EngineLoadError
from assistant.model_catalog import ModelCard

logger = logging.getLogger(__name__)

_FAULTS = (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError)


def load_weights(
    folder: Path, card: ModelCard, placement: Placement, on_progress: Callable[[float], None] | None = None
) -> CausalModel:
    """Blocks. `on_progress` gets 0 to 1. Raises EngineLoadError."""
    if placement.device.type == "cpu":
        torch.set_num_threads(engine_threads())
    local: Any = {"local_files_only": True, "trust_remote_code": False}
    try:
        with _progress(on_progress):
            tokenizer = AutoTokenizer.from_pretrained(folder, **local)
            module: Any = AutoModelForCausalLM.from_pretrained(
                folder, use_safetensors=True, **local, **placement.arguments()
            )
            if not placement.quantization:
                module.to(placement.device)
    except torch.OutOfMemoryError as error:
        fault = f"it does not fit into the memory of {placement.device}; ASSISTANT_QUANTIZATION=8bit halves its size"
        raise EngineLoadError(model=card.name, fault=fault) from error
    except _FAULTS as error:
        # The library's words may name folders of this server: for the log, not for the page.
        logger.warning("transformers cannot load %s: %s", card.name, error)
        fault = f"transformers cannot load it ({type(error).__name__}); the log says why"
        raise EngineLoadError(model=card.name, fault=fault) from error
    _refuse_what_cannot_be_served(module, tokenizer, card)
    return CausalModel(module.eval(), tokenizer, card)


def _refuse_what_cannot_be_served(module: Any, tokenizer: Any, card: ModelCard) -> None:  # noqa: ANN401  # any class
    if not getattr(tokenizer, "is_fast", False):
        raise EngineLoadError(model=card.name, fault="it has no tokenizer.json, which streaming text needs")
    # State that is not keys and values of single tokens cannot be cut, so that its start could not be shared.
    layers = DynamicCache(config=module.config).layers
    if not all(isinstance(layer, DynamicLayer) for layer in layers):
        raise EngineLoadError(model=card.name, fault="its kind of memory is not keys and values, and cannot be shared")


@contextmanager
def _progress(on_progress: Callable[[float], None] | None) -> Iterator[None]:
    """What transformers' bars count while this is open."""

    def reporting(make: Callable[..., Any], args: tuple[Any, ...], settings: dict[str, Any]) -> Any:  # noqa: ANN401
        if on_progress and args and isinstance(args[0], Collection):
            settings = {"total": len(args[0]), **settings}
            args = (_counted(args[0], on_progress), *args[1:])
        return make(*args, **settings)

    before = transformers_logging.set_tqdm_hook(reporting)
    try:
        yield
    finally:
        transformers_logging.set_tqdm_hook(before)


def _counted(items: Collection[Any], on_progress: Callable[[float], None]) -> Iterator[Any]:
    for done, item in enumerate(items, 1):
        yield item
        on_progress(done / len(items))
