"""The rules of ratings, and what the operator's export holds of them."""

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from assistant.conversation import Feedback, Run, Vote
from assistant.errors.app import ExportError, NotFoundError
from assistant.errors.input import InputError, MessageTooLongError
from assistant.feedback import LONGEST_COMMENT, REASONS, FeedbackService
from assistant.ratings_export import export_ratings
from assistant.wording import Wording
from tests.fakes.desk import ANN, BOB, Desk, open_desk

TOKEN = "hf_" + "a1b2" * 9


def service(desk: Desk) -> FeedbackService:
    return FeedbackService(desk.store, clock=desk.clock)


def rating(desk: Desk, run: Run) -> Feedback | None:
    return next(m.feedback for m in desk.store.messages(ANN, run.conversation_id) if m.id == run.answer_id)


async def rated(desk: Desk, question: str, answer: str, comment: str = "") -> Run:
    run = await desk.answered(question, answer)
    await service(desk).rate(ANN, run.conversation_id, run.answer_id, Vote.DOWN, reason="wrong", comment=comment)
    return run


async def test_a_rating_can_be_given_changed_and_taken_back() -> None:
    async with open_desk() as desk:
        run = await desk.answered("How?", "So.")
        feedback = service(desk)
        await feedback.rate(ANN, run.conversation_id, run.answer_id, Vote.UP)
        first = rating(desk, run)
        assert first and (first.vote, first.reason, first.comment) == (Vote.UP, "", "")
        await feedback.rate(ANN, run.conversation_id, run.answer_id, Vote.DOWN, reason="wrong", comment=" No.\0 ")
        second = rating(desk, run)
        assert second and (second.vote, second.reason, second.comment) == (
            Vote.DOWN,
            "wrong",
            "No.\N{REPLACEMENT CHARACTER}",
        )
        assert second.given_at > first.given_at
        await feedback.take_back(ANN, run.conversation_id, run.answer_id)
        assert rating(desk, run) is None


async def test_a_rating_has_one_of_its_own_reasons_and_a_bounded_comment() -> None:
    async with open_desk() as desk:
        run = await desk.answered("How?", "So.")
        at = (ANN, run.conversation_id, run.answer_id)
        for vote, reason in ((Vote.UP, "wrong"), (Vote.DOWN, "clear"), (Vote.DOWN, "<b>")):
            with pytest.raises(InputError):
                await service(desk).rate(*at, vote, reason=reason)
        await service(desk).rate(*at, Vote.UP, comment="x" * LONGEST_COMMENT)
        with pytest.raises(MessageTooLongError):
            await service(desk).rate(*at, Vote.UP, comment="x" * (LONGEST_COMMENT + 1))


async def test_nobody_rates_for_somebody_else() -> None:
    async with open_desk() as desk:
        run = await desk.answered("How?", "So.")
        with pytest.raises(NotFoundError):
            await service(desk).rate(BOB, run.conversation_id, run.answer_id, Vote.UP)


async def test_consent_is_given_and_withdrawn() -> None:
    async with open_desk() as desk:
        feedback = service(desk)
        assert not await feedback.agrees_to_export(ANN)
        await feedback.set_agreement(ANN, True)
        assert await feedback.agrees_to_export(ANN)
        await feedback.set_agreement(ANN, False)
        assert not await feedback.agrees_to_export(ANN)


def test_every_reason_has_words() -> None:
    for reasons in REASONS.values():
        for reason in reasons:
            assert Wording()(f"feedback.{reason}")


def exported(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return list(pyarrow.parquet.read_table(path).to_pylist())
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", ["ratings.jsonl", "ratings.parquet"])
async def test_the_export_holds_rated_turns_of_those_who_agreed_redacted_and_without_names(
    tmp_path: Path, name: str
) -> None:
    async with open_desk() as desk:
        run = await rated(desk, f"Why does {TOKEN} fail? 漢字", f"{TOKEN} of ann@acme.dev is old.", "ask ann@acme.dev")
        await desk.answered("Not rated?", "No.")
        assert export_ratings(desk.store, tmp_path / name) == 0
        assert exported(tmp_path / name) == []
        await service(desk).set_agreement(ANN, True)
        assert export_ratings(desk.store, tmp_path / name) == 1
        (row,) = exported(tmp_path / name)
        assert row["question"] == "Why does REDACTED_TOKEN_1 fail? 漢字"
        assert row["answer"] == "REDACTED_TOKEN_1 of REDACTED_EMAIL_1 is old."
        assert (row["vote"], row["reason"], row["comment"]) == ("down", "wrong", "ask REDACTED_EMAIL_1")
        assert (row["status"], row["model"], row["prompt_id"]) == (
            "complete",
            "smollm2-135m-instruct",
            "test/transcript",
        )
        assert json.loads(row["options"])["temperature"] == 0.2
        whole = json.dumps(row)
        assert not any(secret in whole for secret in (ANN, run.conversation_id, run.answer_id, TOKEN))
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["empty.jsonl", "empty.parquet"])
async def test_both_formats_name_the_same_columns(tmp_path: Path, name: str) -> None:
    async with open_desk() as desk:
        await rated(desk, "One?", "First.")
        await service(desk).set_agreement(ANN, True)
        export_ratings(desk.store, tmp_path / name)
        assert list(exported(tmp_path / name)[0])[:4] == ["question", "answer", "status", "vote"]


async def test_without_pyarrow_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    async with open_desk() as desk:
        with pytest.raises(ExportError) as refused:
            export_ratings(desk.store, tmp_path / "ratings.parquet")
    assert "pip install pyarrow" in str(refused.value.facts["fault"])


@pytest.mark.parametrize("name", ["ratings.csv", "ratings", "missing/ratings.jsonl"])
async def test_a_path_that_cannot_be_written_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    async with open_desk() as desk:
        with pytest.raises(ExportError):
            export_ratings(desk.store, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


async def test_an_export_that_fails_leaves_the_last_one(tmp_path: Path) -> None:
    path = tmp_path / "ratings.jsonl"
    path.write_text("last\n")
    async with open_desk() as desk:

        def broken(limit: int, after: str = "") -> list[object]:
            raise OSError(28, "No space left on device")

        desk.store.rated_turns = broken  # type: ignore[method-assign,assignment]
        with pytest.raises(ExportError):
            export_ratings(desk.store, path)
    assert path.read_text() == "last\n"
    assert len(list(tmp_path.iterdir())) == 1
