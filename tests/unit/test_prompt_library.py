"""Prompts by name, from a file and from the Hub; a bad one is refused at the start, with its fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors.app import PromptError
from assistant.errors.engine import EngineLoadError
from assistant.generation.stop_rules import StopRule
from assistant.model_catalog import CATALOG
from assistant.prompting.library import load_template
from assistant.prompting.template import PromptForm, PromptTemplate
from tests.unit.shipped_prompts import IDS, SHIPPED, no_fetch

DESCRIPTION = """
id = "own/first"
version = "3"
purpose = "A test."
form = "transcript"
system = "system.jinja"

[turns]
user_start = "\\n\\nQ: "
user_end = ""
assistant_start = "\\n\\nA:"
assistant_end = ""
reply_lead = " "
guarded_lines = ["q:", "a:"]

[[stop]]
text = "\\nQ:"
inside_code = true
"""
TRANSCRIPT = "Two people talk.\n\n-----\n\nHuman: Hi\n\nAssistant: Hello\n\n-----\n"


@pytest.fixture
def own(tmp_path: Path) -> Callable[..., PromptTemplate]:
    """Writes a template of its own into a folder and loads it."""

    def load(text: str = "Prefix.\n", description: str = DESCRIPTION, system: str = "System.") -> PromptTemplate:
        (tmp_path / "first.jinja").write_text(text, "utf-8")
        (tmp_path / "first.toml").write_text(description, "utf-8")
        (tmp_path / "system.jinja").write_text(system, "utf-8")
        return load_template(str(tmp_path / "first.jinja"), "", no_fetch)

    return load


def fault_of(load: Callable[[], object]) -> str:
    with pytest.raises(PromptError) as refused:
        load()
    return str(refused.value.facts["fault"])


def test_every_prompt_of_the_project_loads_under_its_name() -> None:
    assert {"tech_assistant/v1", "tech_assistant/compact", "chat/chatml"} <= set(IDS)
    assert [template.id for template in SHIPPED] == list(IDS)
    assert len({template.sha256 for template in SHIPPED}) == len(IDS)


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.id)
def test_a_loaded_prompt_is_whole(template: PromptTemplate) -> None:
    assert template.system.startswith(("What follows are conversations", "Answer each question with nothing but"))
    assert template.system in template.prefix
    assert template.purpose.endswith(".")
    assert template.version
    assert template.stops
    assert "{%" not in template.prefix + template.system


def test_without_a_name_the_models_own_prompt_is_taken() -> None:
    assert load_template("", "tech_assistant/compact", no_fetch).id == "tech_assistant/compact"
    assert load_template("chat/chatml", "tech_assistant/compact", no_fetch).id == "chat/chatml"


def test_every_prompt_that_a_model_card_names_exists() -> None:
    assert {card.prompt for card in CATALOG.values()} <= set(IDS)


def test_a_prompt_of_ones_own_is_read_from_a_path(own: Callable[..., PromptTemplate]) -> None:
    template = own()
    assert (template.id, template.version, template.form) == ("own/first", "3", PromptForm.TRANSCRIPT)
    assert (template.prefix, template.system) == ("Prefix.", "System.")
    assert template.marks.guarded_lines == ("q:", "a:")
    assert template.stops == (StopRule("\nQ:", inside_code=True),)


def test_a_chat_prompt_keeps_the_white_space_at_its_end(own: Callable[..., PromptTemplate]) -> None:
    assert own("Prefix.\n\n", DESCRIPTION.replace('"transcript"', '"chat"')).prefix == "Prefix.\n\n"


def test_the_sha256_changes_with_everything_that_a_model_sees(own: Callable[..., PromptTemplate]) -> None:
    one = own().sha256
    others = [
        own("Another.").sha256,
        own(system="Another.").sha256,
        own(description=DESCRIPTION.replace("Q: ", "Q:")).sha256,
        own(description=DESCRIPTION.replace("true", "false")).sha256,
    ]
    assert len({one, *others}) == 5
    assert own(description=DESCRIPTION.replace("A test.", "Said otherwise.")).sha256 == one


def test_a_prompt_from_the_hub_is_fetched_and_recorded(tmp_path: Path) -> None:
    reference = "hub:bigcode/ta-prompt/TA_prompt_v1.txt"
    file = tmp_path / "TA_prompt_v1.txt"
    fetched: list[str] = []

    def fetch(wanted: str) -> Path:
        fetched.append(wanted)
        return file

    file.write_text(TRANSCRIPT, "utf-8")
    template = load_template(reference, "tech_assistant/v1", fetch)
    assert fetched == [reference]
    assert (template.id, template.version) == (reference, "TA_prompt_v1.txt")
    assert (template.prefix, template.system) == (TRANSCRIPT.rstrip(), "Two people talk.")
    assert template.marks == load_template("tech_assistant/v1", "", no_fetch).marks
    file.write_text(TRANSCRIPT.replace("Hello", "Hallo"), "utf-8")
    assert len(template.sha256) == 64
    assert load_template(reference, "tech_assistant/v1", fetch).sha256 != template.sha256


def test_a_text_file_is_a_transcript_and_no_template(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("Braces {{ stay }}.\n\n-----\n", "utf-8")
    template = load_template(str(tmp_path / "own.txt"), "", no_fetch)
    assert (template.id, template.prefix) == ("own.txt", "Braces {{ stay }}.\n\n-----")


def test_a_prompt_that_cannot_be_fetched_says_why() -> None:
    def fetch(reference: str) -> Path:
        raise EngineLoadError(model=reference, fault="is not a repository of the Hub")

    assert fault_of(lambda: load_template("hub:a/b/c.txt", "", fetch)) == "is not a repository of the Hub"


def test_an_unknown_name_lists_the_known_ones() -> None:
    fault = fault_of(lambda: load_template("tech_assistant/v9", "", no_fetch))
    assert fault.startswith("is not known; there are chat/chatml, ")
    assert "tech_assistant/v1" in fault


@pytest.mark.parametrize("name", ["../prompts/chat/chatml", "/etc/passwd", "chat/../chat/chatml"])
def test_a_name_is_no_path(name: str) -> None:
    assert fault_of(lambda: load_template(name, "", no_fetch)).startswith("is not known")


@pytest.mark.parametrize("name", ["gone.txt", "gone.jinja"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    fault = fault_of(lambda: load_template(str(tmp_path / name), "", no_fetch))
    assert fault.startswith("gone.")
    assert fault.endswith("cannot be read: No such file or directory")
    assert str(tmp_path) not in fault


def test_a_template_without_its_description_says_which_file_is_missing(tmp_path: Path) -> None:
    (tmp_path / "alone.jinja").write_text("Prefix.", "utf-8")
    fault = fault_of(lambda: load_template(str(tmp_path / "alone.jinja"), "", no_fetch))
    assert fault == "alone.toml cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{% if %}", "first.jinja: TemplateSyntaxError"),
        ("{{ nobody }}", "first.jinja: UndefinedError: 'nobody' is undefined"),
        ("{% include 'gone.jinja' %}", "first.jinja: there is no gone.jinja"),
        ("{% include '../secret' %}", "first.jinja: there is no ../secret"),
        ("{{ 1 / 0 }}", "first.jinja: ZeroDivisionError"),
        ("{{ ''.__class__.__mro__ }}", "first.jinja: SecurityError"),
        ("{% include 'first.jinja' %}", "first.jinja: RecursionError"),
    ],
)
def test_a_template_that_cannot_be_rendered_names_its_fault(
    own: Callable[..., PromptTemplate], text: str, fault: str
) -> None:
    assert fault_of(lambda: own(text)).startswith(fault)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('version = "3"', "version =", "first.toml: Invalid value (at line 3"),
        ('version = "3"', "", "first.toml: version: Field required"),
        ('version = "3"', "version = 3", "first.toml: version: Input should be a valid string"),
        ('form = "transcript"', 'form = "poem"', "first.toml: form: Input should be 'transcript' or 'chat'"),
        ('version = "3"', 'version = "3"\nauthor = "me"', "first.toml: author: Extra inputs are not permitted"),
        ('reply_lead = " "', 'reply_lead = " "\nlead = ""', "first.toml: turns.lead: Extra inputs"),
        ("inside_code", "in_code", "first.toml: stop.0.in_code: Extra inputs are not permitted"),
        ('text = "\\nQ:"', 'text = ""', "first.toml: stop.0.text: String should have at least 1 character"),
        ('"q:", "a:"', '"q:", ""', "first.toml: turns.guarded_lines.1: String should have at least 1 character"),
        ('"\\n\\nQ: "', '""', "first.toml: turns.user_start: String should have at least 1 character"),
        ('"q:", "a:"', '"q:"', "turns.assistant_start can be typed by anybody: name it in guarded_lines"),
        ('"q:", "a:"', '"a:"', "turns.user_start can be typed by anybody: name it in guarded_lines"),
        ("system.jinja", "gone.jinja", "gone.jinja: there is no gone.jinja"),
    ],
)
def test_a_description_with_a_fault_names_file_and_key(
    own: Callable[..., PromptTemplate], old: str, new: str, fault: str
) -> None:
    assert old in DESCRIPTION
    assert fault_of(lambda: own(description=DESCRIPTION.replace(old, new))).startswith(fault)


@pytest.mark.parametrize("name", ["first.jinja", "first.toml", "system.jinja"])
def test_a_file_in_another_encoding_is_refused(own: Callable[..., PromptTemplate], tmp_path: Path, name: str) -> None:
    own()
    (tmp_path / name).write_bytes("# größer".encode("latin-1"))
    fault = fault_of(lambda: load_template(str(tmp_path / "first.jinja"), "", no_fetch))
    assert fault == "is not UTF-8 at byte 4"
