"""Where prompt templates come from: the project's own, a file, or the Hub; read and checked once, at the start."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors.app import PromptError
from assistant.errors.root import AssistantError
from assistant.generation.stop_rules import StopRule
from assistant.model_catalog import ALL_SPECIAL_TOKENS
from assistant.prompting.neutral_text import Neutraliser
from assistant.prompting.template import PromptForm, PromptTemplate, TurnMarks, template_sha256

PROMPTS = Path(__file__).parents[2] / "prompts"
_TRANSCRIPT = "tech_assistant/v1"
_SEPARATOR = "\n-----"


class _Stop(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1)
    inside_code: bool = False


class _Turns(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_start: str = Field(min_length=1)
    user_end: str
    assistant_start: str = Field(min_length=1)
    assistant_end: str
    reply_lead: str
    guarded_lines: tuple[Annotated[str, Field(min_length=1)], ...]


class _Description(BaseModel):
    """The .toml beside a template."""

    model_config = ConfigDict(extra="forbid")

    id: str
    version: str
    purpose: str
    form: PromptForm
    system: str
    turns: _Turns
    stop: tuple[_Stop, ...]


def load_template(
    source: str, default_id: str, fetch: Callable[[str], Path], prompts: Path = PROMPTS
) -> PromptTemplate:
    """`source` is a template's id, a .jinja or .txt file, `hub:owner/repo/file`, or empty for `default_id`.

    `fetch` gives the local path of a `hub:` reference. A .txt file is a transcript with the Tech Assistant's marks.
    Raises PromptError.
    """
    name = source or default_id
    try:
        if name.startswith("hub:"):
            return _from_text(name, fetch(name), prompts)
        if name.endswith(".txt"):
            return _from_text(name, Path(name), prompts)
        if name.endswith(".jinja"):
            return _from_files(name, Path(name), prompts)
        return _from_files(name, _own(name, prompts), prompts)
    except PromptError:
        raise
    except OSError as error:
        # A template is two files: say which. Its name alone, since people may see the error.
        file = Path(error.filename or name).name
        raise PromptError(prompt=name, fault=f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PromptError(prompt=name, fault=f"is not UTF-8 at byte {error.start}") from error
    except AssistantError as error:
        raise PromptError(prompt=name, fault=str(error.facts.get("fault", error.code))) from error


def _own(name: str, prompts: Path) -> Path:
    known = sorted(str(path.relative_to(prompts).with_suffix("")) for path in prompts.glob("*/*.toml"))
    if name not in known:
        raise PromptError(prompt=name, fault=f"is not known; there are {', '.join(known)}")
    return prompts / f"{name}.jinja"


def _from_files(name: str, path: Path, prompts: Path) -> PromptTemplate:
    description = _description(name, path.with_suffix(".toml"))
    prefix = _rendered(name, path.name, path.parent, prompts)
    system = _rendered(name, description.system, path.parent, prompts)
    return _template(description, prefix, system)


def _from_text(name: str, path: Path, prompts: Path) -> PromptTemplate:
    text = path.read_text("utf-8")
    description = _description(name, prompts / f"{_TRANSCRIPT}.toml")
    # Everybody who sees an answer sees the id: of a file of this machine, its name alone.
    template_id = name if name.startswith("hub:") else path.name
    own = {"id": template_id, "version": path.name, "purpose": f"The transcript in {path.name}."}
    return _template(description.model_copy(update=own), text, text.split(_SEPARATOR, 1)[0].strip())


def _description(name: str, path: Path) -> _Description:
    try:
        return _Description.model_validate(tomllib.loads(path.read_text("utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise PromptError(prompt=name, fault=f"{path.name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise PromptError(prompt=name, fault=f"{path.name}: {key}: {first['msg']}") from error


def _rendered(name: str, template: str, folder: Path, prompts: Path) -> str:
    # A template is a file like any other, perhaps somebody else's: it may say text, not call Python.
    environment = SandboxedEnvironment(
        loader=FileSystemLoader([folder, prompts]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    try:
        return environment.get_template(template).render()
    except TemplateNotFound as error:
        raise PromptError(prompt=name, fault=f"{template}: there is no {error.name}") from error
    except UnicodeDecodeError:
        raise
    except Exception as error:
        # A template is a program: whatever it raises (it may divide by zero) is its own fault, not the app's.
        raise PromptError(prompt=name, fault=f"{template}: {type(error).__name__}: {error}") from error


def _template(description: _Description, prefix: str, system: str) -> PromptTemplate:
    marks = TurnMarks(**description.turns.model_dump())
    stops = tuple(StopRule(rule.text, rule.inside_code) for rule in description.stop)
    _refuse_forgeable(description.id, marks)
    if description.form is PromptForm.TRANSCRIPT:
        # The turns bring the blank line before them along.
        prefix = prefix.rstrip()
    return PromptTemplate(
        id=description.id,
        version=description.version,
        purpose=description.purpose,
        form=description.form,
        prefix=prefix,
        system=system.strip(),
        marks=marks,
        stops=stops,
        sha256=template_sha256(prefix, system, marks, stops),
    )


def _refuse_forgeable(prompt: str, marks: TurnMarks) -> None:
    neutraliser = Neutraliser(marks.guarded_lines, ALL_SPECIAL_TOKENS)
    for key, mark in (("user_start", marks.user_start), ("assistant_start", marks.assistant_start)):
        if neutraliser.guard(mark) == mark:
            raise PromptError(prompt=prompt, fault=f"turns.{key} can be typed by anybody: name it in guarded_lines")
