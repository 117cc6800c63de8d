"""The one place where the values of controls become GenerationOptions, by name."""

from collections.abc import Mapping

from pydantic import ValidationError

from assistant.conversation import GenerationOptions
from assistant.errors.input import InvalidOptionError


def read_options(values: Mapping[str, object]) -> GenerationOptions:
    """Raises InvalidOptionError naming the option and what is wrong with it."""
    seed = str(values.get("seed") or "").strip()
    try:
        return GenerationOptions.model_validate({**values, "seed": seed or None})
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidOptionError(option=str(first["loc"][0]), fault=first["msg"]) from error


def shown_options(options: GenerationOptions) -> dict[str, object]:
    """What the controls show."""
    return {**options.model_dump(), "seed": "" if options.seed is None else str(options.seed)}
