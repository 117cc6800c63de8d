"""What OpenAI's protocol lacks, in the words of each server that speaks it: options of an answer as they are sent.

Knows nothing of connections, prompts or answers.
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from assistant.conversation import GenerationOptions
from assistant.errors.input import UnsupportedOptionError


class Dialect(StrEnum):
    LLAMA_CPP = "llama.cpp"
    VLLM = "vllm"
    SGLANG = "sglang"
    TRANSFORMERS = "transformers"
    """`transformers serve`."""
    OPENAI = "openai"
    """The protocol and nothing else: hosted endpoints."""


_OPTIONS = frozenset(GenerationOptions.model_fields)
_PROTOCOL = {"temperature": "temperature", "top_p": "top_p", "max_new_tokens": "max_tokens", "seed": "seed"}
_EXTENSIONS: dict[Dialect, dict[str, str]] = {
    Dialect.LLAMA_CPP: {"top_k": "top_k", "repetition_penalty": "repeat_penalty"},
    Dialect.VLLM: {"top_k": "top_k", "repetition_penalty": "repetition_penalty"},
    Dialect.SGLANG: {"top_k": "top_k", "repetition_penalty": "repetition_penalty"},
    Dialect.TRANSFORMERS: {"top_k": "top_k", "repetition_penalty": "repetition_penalty"},
    Dialect.OPENAI: {},
}
_NEUTRAL: dict[str, float] = {"top_k": 0, "repetition_penalty": 1.0}
# The order of all other engines. By itself llama.cpp's server has the temperature last, after top_p has chosen.
_SAMPLERS = ("penalties", "temperature", "top_k", "top_p", "min_p")
_WHOLE_WINDOW = 1 << 18
"""Tokens, more than a window has: what is penalised is all that was said, as elsewhere, not llama.cpp's last 64. Its
newer servers refuse -1, which meant just that."""
# A sampler that GenerationOptions does not know is off, or a server's own default would be at work: llama.cpp's min_p
# is 0.05, and vLLM and SGLang take theirs from the model's repository.
_ALWAYS: dict[Dialect, dict[str, Any]] = {
    Dialect.LLAMA_CPP: {
        "cache_prompt": True,
        "min_p": 0.0,
        "repeat_last_n": _WHOLE_WINDOW,
        "return_progress": True,
        "samplers": list(_SAMPLERS),
    },
    Dialect.VLLM: {"min_p": 0.0},
    Dialect.SGLANG: {"min_p": 0.0},
    Dialect.TRANSFORMERS: {},
    Dialect.OPENAI: {},
}
# Versions of vLLM and SGLang differ in whether they take 0 for "all"; -1 is it in every one of them.
_ALL_TOKENS = {Dialect.VLLM: -1, Dialect.SGLANG: -1}
# How a server is told to go on with a last message that is the assistant's. llama.cpp's does so by itself, unless it
# was started otherwise; since May 2026 it can be told, and before that it took no notice.
_GO_ON: dict[Dialect, dict[str, Any]] = {
    Dialect.LLAMA_CPP: {"continue_final_message": True, "add_generation_prompt": False},
    Dialect.VLLM: {"continue_final_message": True, "add_generation_prompt": False},
    Dialect.SGLANG: {"continue_final_message": True},
}
_MOST_STOPS = 4
"""Of OpenAI's own protocol; a request with more is refused there."""


def on_the_wire(dialect: Dialect, options: Mapping[str, Any], stop: Sequence[str] | None = None) -> dict[str, Any]:
    """Arguments of the openai client for fields of GenerationOptions; what is missing or None is not sent.

    A plain OpenAI server gets the first four stops: whoever streams watches for all of them anyway. Raises
    UnsupportedOptionError for a name that is no option, and for a value that the dialect cannot express.
    """
    given = {name: value for name, value in options.items() if value is not None}
    wire: dict[str, Any] = {"stop": _stops(dialect, stop)} if stop else {}
    extra = dict(_ALWAYS[dialect])
    for name in sorted(options):
        if name not in _OPTIONS:
            raise UnsupportedOptionError(option=name, engine=dialect)
    for name, value in given.items():
        if name in _PROTOCOL:
            wire[_PROTOCOL[name]] = value
        elif name in _EXTENSIONS[dialect]:
            everything = name == "top_k" and value == 0
            extra[_EXTENSIONS[dialect][name]] = _ALL_TOKENS.get(dialect, 0) if everything else value
        elif value != _NEUTRAL[name]:
            raise UnsupportedOptionError(option=name, engine=dialect)
    return {**wire, "extra_body": _generation_config(given) if dialect is Dialect.TRANSFORMERS else extra}


def can_go_on(dialect: Dialect) -> bool:
    """Whether a server that takes messages goes on with one of its own, instead of answering it."""
    return dialect in _GO_ON


def going_on(dialect: Dialect) -> dict[str, Any]:
    """What the request's body says besides. Raises UnsupportedOptionError."""
    if not can_go_on(dialect):
        raise UnsupportedOptionError(option="continue", engine=dialect)
    return _GO_ON[dialect]


def keeps_what_it_reads(dialect: Dialect) -> bool:
    """Whether a prompt that begins as an earlier one did is read faster, as far as is known."""
    return dialect not in (Dialect.OPENAI, Dialect.TRANSFORMERS)


def fixed_options(dialect: Dialect) -> Mapping[str, float]:
    """What the dialect cannot express, with the neutral values: `on_the_wire` refuses any other."""
    return {name: value for name, value in _NEUTRAL.items() if name not in _EXTENSIONS[dialect]}


def honours_seed(dialect: Dialect) -> bool:
    """OpenAI's protocol promises to try; SGLang takes no notice unless it was started with a flag for it."""
    return dialect not in (Dialect.OPENAI, Dialect.SGLANG)


def _generation_config(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of the protocol's own fields alone its server takes the temperature, and then samples or not as it did before.

    What is left out here it takes from the model, its end tokens for one.
    """
    config = {name: value for name, value in given.items() if name != "seed"}
    config["do_sample"] = bool(config.get("temperature"))
    if not config["do_sample"]:
        config = {name: value for name, value in config.items() if name not in ("temperature", "top_p", "top_k")}
    return {"generation_config": json.dumps(config)}


def _stops(dialect: Dialect, stop: Sequence[str]) -> list[str]:
    return list(stop)[:_MOST_STOPS] if dialect is Dialect.OPENAI else list(stop)
