"""Jinja as all pages but the chat have it: escaped, every name known, with words of the language that is spoken."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assistant.wording import Wording

_TEMPLATES = Path(__file__).parent / "templates"


def page_templates(wording: Wording, **names: object) -> Environment:
    """`names`: what templates may use besides what they are rendered with."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=wording, **names)
    return environment
