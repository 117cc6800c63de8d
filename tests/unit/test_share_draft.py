"""What would be public of a conversation is known before it is, and nothing else becomes public."""

from dataclasses import replace

import pytest

from assistant.conversation import Attachment
from assistant.detection.finding import Kind
from assistant.errors.app import NotFoundError, ShareDraftChangedError
from assistant.prompt_choice import Exchange, OwnPrompt, PromptChoice
from assistant.redaction import Found, Redaction, value_key
from assistant.share_draft import Inclusions
from assistant.share_link import new_request
from assistant.sharing import Terms
from assistant.web.marked import marked
from tests.contract.samples import chain, conversation_of
from tests.fakes.desk import ANN, BOB, Desk, open_desk

ADDRESS = "ann@acme.dev"
OWN = PromptChoice(
    template="own", own=OwnPrompt(system=f"Help {ADDRESS}", dialogues=((Exchange(question="Q", answer="A"),),))
)


def filled(desk: Desk) -> str:
    """A conversation with an address in every place that a person writes to, and a version beside the visible one."""
    messages = chain(4)
    file = Attachment(name=f"for {ADDRESS}", text=f"To: {ADDRESS}")
    messages[0] = replace(messages[0], text=f"I am {ADDRESS}", attachments=(file,))
    side = replace(messages[3], id="side", text="The other version")
    conversation = replace(conversation_of(messages), title=f"Of {ADDRESS}", prompt=OWN)
    desk.store.add_conversation(conversation, [*messages, side])
    return conversation.id


async def test_only_the_visible_branch_is_in_unless_more_is_asked_for() -> None:
    async with open_desk() as desk:
        of = filled(desk)
        usual = (await desk.sharing.draft(ANN, of, Inclusions())).snapshot
        assert (len(usual.messages), usual.side, usual.options, usual.prompt) == (4, (), None, None)
        assert "The other version" not in usual.model_dump_json()
        everything = Inclusions(branches=True, settings=True, prompt=True)
        whole = (await desk.sharing.draft(ANN, of, everything)).snapshot
        assert [(m.text, m.follows) for m in whole.side] == [("The other version", 2)]
        assert whole.options == (await desk.conversations.open(ANN, of)).conversation.options
        assert whole.prompt and whole.prompt.own and whole.prompt.own.system == "Help REDACTED_EMAIL_1"


async def test_another_branch_is_in_as_a_whole_whatever_its_ids() -> None:
    """Question and answer are of one moment, and storage tells the older ids first."""
    async with open_desk() as desk:
        one, two, three, four = chain(4)
        beside = [replace(three, id="z", text="Edited?"), replace(four, id="a", parent_id="z", text="Its answer.")]
        again = replace(four, id="b", parent_id="z", text="Its other answer.")
        moment = three.created_at
        messages = [one, two, three, four, *(replace(each, created_at=moment) for each in (*beside, again))]
        desk.store.add_conversation(replace(conversation_of(messages), leaf_id=four.id), messages)
        side = (await desk.sharing.draft(ANN, "copy", Inclusions(branches=True))).snapshot.side
        assert [(m.text, m.follows) for m in side] == [("Edited?", 1), ("Its answer.", 4), ("Its other answer.", 4)]


async def test_what_is_found_is_redacted_everywhere_unless_kept() -> None:
    async with open_desk() as desk:
        of = filled(desk)
        everything = Inclusions(branches=True, prompt=True)
        draft = await desk.sharing.draft(ANN, of, everything)
        (found,) = draft.found
        assert (found.placeholder, found.value, found.times) == ("REDACTED_EMAIL_1", ADDRESS, 5)
        assert ADDRESS not in draft.snapshot.model_dump_json()
        assert draft.snapshot.redacted
        kept = await desk.sharing.draft(ANN, of, replace(everything, kept=frozenset({found.key})))
        assert kept.snapshot.model_dump_json().count(ADDRESS) == 5
        assert not kept.snapshot.redacted


async def test_the_same_choices_make_the_same_draft_and_others_another() -> None:
    async with open_desk() as desk:
        of = filled(desk)
        choices = [Inclusions(), Inclusions(branches=True), Inclusions(settings=True), Inclusions(prompt=True)]
        seen = [(await desk.sharing.draft(ANN, of, chosen)).fingerprint for chosen in (*choices, *choices)]
        assert seen[:4] == seen[4:]
        assert len(set(seen)) == 4


async def test_what_was_not_looked_at_is_not_published() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        seen = (await desk.sharing.draft(ANN, run.conversation_id, Inclusions())).fingerprint
        await desk.answered("Two?", "Second.", run.conversation_id)
        for fingerprint in (seen, ""):
            with pytest.raises(ShareDraftChangedError):
                await desk.sharing.publish(
                    ANN, run.conversation_id, Inclusions(), Terms(), seen=fingerprint, request=new_request()
                )
        assert await desk.sharing.shares(ANN) == []


async def test_nobody_else_sees_a_draft() -> None:
    async with open_desk() as desk:
        of = filled(desk)
        with pytest.raises(NotFoundError):
            await desk.sharing.draft(BOB, of, Inclusions())


def test_findings_are_marked_in_text_and_not_in_tags() -> None:
    kept = [value_key(Kind.EMAIL, ADDRESS)]
    redaction = Redaction(kept)
    redaction.of(f"{ADDRESS} b@acme.dev")
    html = f'<p>{ADDRESS} <a href="mailto:{ADDRESS}" title="a > REDACTED_EMAIL_2">REDACTED_EMAIL_2</a></p>'
    assert marked(html, redaction.found, kept) == (
        f'<p><mark class="kept">{ADDRESS}</mark> <a href="mailto:{ADDRESS}" title="a > REDACTED_EMAIL_2">'
        "<mark>REDACTED_EMAIL_2</mark></a></p>"
    )


def test_a_finding_is_marked_across_the_spans_of_code_and_with_its_quotes() -> None:
    found = [Found("REDACTED_PASSWORD_1", Kind.PASSWORD, "a'b&c", 1)]
    kept = [found[0].key]
    for quote in ("'", "&#x27;", "&#39;"):
        html = f'<code><span class="k">x a</span>{quote}<span>b&amp;c</span></code><td>a</td><td>\'b&amp;c</td>'
        assert marked(html, found, kept) == (
            f'<code><span class="k">x <mark class="kept">a</mark></span><mark class="kept">{quote}</mark>'
            '<span><mark class="kept">b&amp;c</mark></span></code><td>a</td><td>\'b&amp;c</td>'
        )
