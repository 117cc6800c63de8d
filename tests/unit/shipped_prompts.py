"""The prompts of the project, loaded once for the tests that hold for all of them."""

from pathlib import Path

from assistant.prompting.library import PROMPTS, load_template


def no_fetch(reference: str) -> Path:
    raise AssertionError(reference)


IDS = tuple(sorted(str(path.relative_to(PROMPTS).with_suffix("")) for path in PROMPTS.glob("*/*.toml")))
SHIPPED = tuple(load_template(prompt, "", no_fetch) for prompt in IDS)
