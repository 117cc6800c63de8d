"""The options that are numbers, as controls need them: the fields' own bounds, and how far one step goes."""

from dataclasses import dataclass

from annotated_types import Ge, Gt, Le

from assistant.conversation import GenerationOptions

_STEPS = {"temperature": 0.05, "top_p": 0.01, "top_k": 1, "repetition_penalty": 0.05, "max_new_tokens": 1}


@dataclass(frozen=True, slots=True)
class OptionBounds:
    name: str
    low: float
    high: float
    step: float


def _bounds(name: str, step: float) -> OptionBounds:
    low, high = 0.0, 0.0
    for bound in GenerationOptions.model_fields[name].metadata:
        if isinstance(bound, Ge):
            low = float(str(bound.ge))
        elif isinstance(bound, Gt):
            low = float(str(bound.gt)) + step
        elif isinstance(bound, Le):
            high = float(str(bound.le))
    return OptionBounds(name, low, high, step)


OPTION_BOUNDS = tuple(_bounds(name, step) for name, step in _STEPS.items())
