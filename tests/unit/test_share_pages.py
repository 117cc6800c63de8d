"""The preview of a share is the whole of it: nothing becomes public that it does not show."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

import pytest

from assistant.conversation import Attachment, GenerationOptions
from assistant.detection.finding import Kind
from assistant.errors.input import InvalidOptionError
from assistant.model_catalog import card_for
from assistant.portable.portability import Form
from assistant.portable.shared_file import shared_file
from assistant.prompt_choice import Exchange, OwnPrompt, PromptChoice
from assistant.redaction import value_key
from assistant.share_draft import Draft, Inclusions, make_draft
from assistant.snapshot import Snapshot
from assistant.web.share_form import ShareForm, read_share_form
from assistant.web.share_pages import SharePages
from assistant.wording import Wording
from tests.contract.samples import PROVENANCE, at, chain, conversation_of
from tests.fakes.scripted_model import CARD

MADE = PROVENANCE.model_copy(
    update={
        "model_revision": "r1234",
        "prompt_sha256": "ab" * 32,
        "prompt_text_sha256": "cd" * 32,
        "options": GenerationOptions(
            temperature=0.31, top_p=0.87, top_k=43, repetition_penalty=1.17, max_new_tokens=611, seed=90_217
        ),
        "turns_dropped": 5,
        "prompt_tokens": 1_409,
        "completion_tokens": 277,
        "continued_from": "another-answer",
        "first_token_seconds": 0.29,
        "seconds": 3.53,
    }
)
OWN = PromptChoice(
    template="own", own=OwnPrompt(system="Be brief.", dialogues=((Exchange(question="Q?", answer="A!"),),))
)
EVERYTHING = Inclusions(branches=True, settings=True, prompt=True)


def draft_of(chosen: Inclusions = EVERYTHING) -> Draft:
    question, answer = chain(2)
    question = replace(question, attachments=(Attachment(name="a.py", text="print('one')"),))
    answer = replace(answer, provenance=MADE)
    side = replace(answer, id="side", text="Another answer", created_at=at(77))
    options = GenerationOptions(temperature=0.59, seed=4_111)
    conversation = replace(conversation_of([question, answer]), prompt=OWN, options=options)
    return make_draft(conversation, [question, answer, side], chosen, CARD, at(100))


def section(page: str) -> str:
    """What will be public: what is decided about it stands below."""
    return page.partition('<section class="preview"')[2].partition("</section>")[0]


def preview(draft: Draft, form: ShareForm | None = None) -> str:
    """Its markup, then its words alone."""
    shown = section(SharePages(Wording(), "").draft(draft, form or ShareForm(), back="/"))
    return html.unescape(shown + re.sub("<[^>]*>", "", shown))


def json_of(snapshot: Snapshot) -> dict[str, object]:
    return dict(json.loads(shared_file(snapshot, Form.JSON, Wording()).content))


def leaves(value: object) -> Iterator[str]:
    """As the pages write them."""
    match value:
        case dict():
            for each in value.values():
                yield from leaves(each)
        case list():
            for each in value:
                yield from leaves(each)
        case float():
            yield f"{value:g}"
        case int():
            yield f"{value:,}"
        case str():
            yield value


def test_all_that_the_json_tells_is_shown_before() -> None:
    draft = draft_of()
    told, shown = json_of(draft.snapshot), preview(draft).replace("90217", "90,217").replace("4111", "4,111")
    messages = told["messages"]
    assert isinstance(messages, list)
    assert len(messages) == 3
    for message in messages:
        assert datetime.fromisoformat(message.pop("created_at")).isoformat() in shown
        # Made anew for the file, and headings.
        for name in ("id", "parent_id", "role", "status"):
            message.pop(name)
        if made := message["provenance"]:
            # Shown in words.
            made["finish_reason"] = Wording()(f"ended.{made['finish_reason']}")
    public = [messages, told["title"], told["options"], told["prompt"]]
    assert [leaf for leaf in leaves(public) if leaf not in shown] == []


def test_a_kept_value_is_that_value_whatever_is_met_before_it_meanwhile() -> None:
    question, answer = chain(2)
    messages = [replace(question, text="To ann@acme.dev"), answer]
    conversation = conversation_of(messages)
    (found,) = make_draft(conversation, messages, Inclusions(), CARD, at(100)).found
    form = read_share_form({"keep": [found.key], "do": ["preview"]})
    renamed = replace(conversation, title="Of bob@acme.dev")
    draft = make_draft(renamed, messages, form.chosen, CARD, at(100))
    assert draft.snapshot.title == "Of REDACTED_EMAIL_1"
    assert draft.snapshot.messages[0].text == "To ann@acme.dev"
    page = SharePages(Wording(), "").draft(draft, form, back="/")
    boxes = re.findall(r'name="keep" value="(\w+)"( checked)?', page)
    assert boxes == [(draft.found[0].key, ""), (found.key, " checked")]


def test_what_was_found_is_marked_wherever_it_stands() -> None:
    file = Attachment(name="of ann@acme.dev, mail.py", text="to = 'ann@acme.dev'\nann@acme.dev\nbob@acme.dev")
    question, answer = chain(2)
    question = replace(question, text="To ann@acme.dev", attachments=(file,))
    dialogue = (Exchange(question="Of ann@acme.dev?", answer="ann@acme.dev."),)
    prompt = PromptChoice(template="own", own=OwnPrompt(system="For ann@acme.dev", dialogues=(dialogue,)))
    conversation = replace(conversation_of([question, answer]), title="ann@acme.dev", prompt=prompt)
    kept = frozenset({value_key(Kind.EMAIL, "ann@acme.dev")})
    for chosen, css, shown in ((kept, ' class="kept"', "ann@acme.dev"), (frozenset[str](), "", "REDACTED_EMAIL_1")):
        choice = replace(EVERYTHING, kept=chosen)
        draft = make_draft(conversation, [question, answer], choice, CARD, at(100))
        page = SharePages(Wording(), "").draft(draft, ShareForm(chosen=choice), back="/")
        preview = re.sub("</?span[^>]*>", "", section(page))
        marks = "".join(re.findall(rf"<mark{css}>([^<]*)</mark>", preview))
        # Title, question, the file's name and twice in it, and three times in the prompt.
        assert marks.replace("REDACTED_EMAIL_2", "") == shown * 8
        assert "<mark>REDACTED_EMAIL_2</mark>" in preview


@pytest.mark.parametrize(
    ("given", "is_taken"), [("", True), ("1234567", False), ("12345678", True), ("x" * 201, False)]
)
def test_a_pass_phrase_has_eight_characters_or_more(given: str, is_taken: bool) -> None:
    with nullcontext() if is_taken else pytest.raises(InvalidOptionError):
        assert read_share_form({"passphrase": [given]}).terms.passphrase == given


def test_every_model_that_wrote_something_of_it_has_its_notice() -> None:
    first, second, side = (MADE.model_copy(update={"model": model}) for model in MODELS)
    one, two, three, four = chain(4)
    two, four = replace(two, provenance=first), replace(four, provenance=second)
    beside = replace(four, id="side", provenance=side)
    conversation = replace(conversation_of([one, two, three, four]), leaf_id=four.id)
    for branches, shown in ((False, MODELS[:2]), (True, MODELS)):
        chosen = Inclusions(branches=branches)
        snapshot = make_draft(conversation, [one, two, three, four, beside], chosen, CARD, at(100)).snapshot
        assert noticed(snapshot) == [(model, card_for(model).licence.name) for model in shown]
        page = SharePages(Wording(), "").shared(snapshot, "token", 1, is_bound=False)
        for form in (page, *(shared_file(snapshot, form, Wording()).content.decode() for form in Form)):
            assert [model for model in MODELS if f"Licence of the model {model}:" in form] == [*shown]
            assert ("Its use restrictions apply" in form) is branches


MODELS = ("smollm2-135m-instruct", "another-model", "starcoder")
"""Of which the last one has use restrictions."""


def noticed(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(notice.model, notice.licence) for notice in snapshot.notices]


def test_a_snapshot_from_before_has_the_notice_that_it_had_and_those_it_lacked() -> None:
    kept = json.loads(draft_of().snapshot.model_dump_json())
    kept |= {"model_name": "m", "licence_name": "A licence", "licence_url": "https://example.org/"}
    del kept["notices"]
    assert noticed(Snapshot.model_validate(kept)) == [("m", "A licence")]
    kept["side"][0]["provenance"]["model"] = "starcoder"
    assert noticed(Snapshot.model_validate(kept)) == [("m", "A licence"), ("starcoder", "BigCode OpenRAIL-M v1")]


def test_no_hash_of_hidden_texts_is_told() -> None:
    draft = draft_of()
    assert "ab" * 32 in json.dumps(json_of(draft.snapshot))
    kept_before = json.loads(draft.snapshot.model_dump_json())
    for message in (*kept_before["messages"], *kept_before["side"]):
        if message["provenance"]:
            message["provenance"] |= {"prompt_text_sha256": "cd" * 32, "continued_from": "another-answer"}
    for snapshot in (draft.snapshot, Snapshot.model_validate(kept_before)):
        for told in (snapshot.model_dump_json(), json.dumps(json_of(snapshot))):
            assert "cd" * 32 not in told
            assert "another-answer" not in told


def test_of_a_prompt_in_ones_own_words_not_even_its_hash_is_told() -> None:
    question, answer = chain(2)
    answer = replace(answer, provenance=MADE.model_copy(update={"prompt_id": "own"}))
    draft = make_draft(conversation_of([question, answer]), [question, answer], Inclusions(), CARD, at(100))
    assert "ab" * 32 not in draft.snapshot.model_dump_json()
    assert "sha256" not in preview(draft)
