"""From `GenerationOptions`, by name, to the parameters that text-generation-inference accepts.

Knows nothing of HTTP. `truncate` is never among them: it would cut off the beginning of the prompt, unnoticed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.errors.input import UnsupportedOptionError

_SAMPLING = ("temperature", "top_p", "top_k")
_OPTIONS = frozenset({*_SAMPLING, "repetition_penalty", "max_new_tokens", "seed"})
# What our options say for "off", the server refuses; it is off when left out.
_OFF = {"temperature": 0.0, "top_p": 1.0, "top_k": 0, "repetition_penalty": 1.0}

_MOST_STOPS = 4
"""More cost the server time with each token; it says itself when it takes fewer."""


def tgi_parameters(options: Mapping[str, Any], stop: Sequence[str] | None, max_stops: int) -> dict[str, Any]:
    """Of the stop strings, only the first `max_stops`, four at most: whoever reads the answer looks for all of them.

    Raises UnsupportedOptionError for an option of another name.
    """
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        raise UnsupportedOptionError(option=unknown[0], engine="text-generation-inference")
    given = {name: value for name, value in options.items() if value is not None}
    parameters = {name: value for name, value in given.items() if value != _OFF.get(name)}
    temperature = given.get("temperature")
    if temperature is not None:
        parameters["do_sample"] = temperature != 0
    if temperature == 0:
        # Any of them would switch sampling on.
        parameters = {name: value for name, value in parameters.items() if name not in _SAMPLING}
    if stop:
        parameters["stop"] = list(stop[: min(_MOST_STOPS, max_stops)])
    return parameters
