"""Turns as text between a template's marks, and back: parsing gives exactly the turns that were rendered."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.conversation import Role
from assistant.errors.app import PromptError
from assistant.prompting.neutral_text import Neutraliser
from assistant.prompting.template import TurnMarks

_BETWEEN_FILES = "\n\n"


@dataclass(frozen=True, slots=True)
class Turn:
    role: Role
    text: str
    files: tuple[str, ...] = ()
    """What came with the text, as it is read before it."""

    @property
    def whole(self) -> str:
        return _BETWEEN_FILES.join([*self.files, self.text])


def turn_pieces(marks: TurnMarks, neutraliser: Neutraliser, turn: Turn) -> list[str]:
    """A turn as text, in one piece for each of its files and one for what was said."""
    is_users = turn.role is Role.USER
    start = marks.user_start if is_users else marks.assistant_start + marks.reply_lead
    pieces = [neutraliser.guard(file) + _BETWEEN_FILES for file in turn.files] + [neutraliser.guard(turn.text)]
    pieces[0] = start + pieces[0]
    pieces[-1] += marks.user_end if is_users else marks.assistant_end
    return pieces


def render_turn(marks: TurnMarks, neutraliser: Neutraliser, turn: Turn) -> str:
    return "".join(turn_pieces(marks, neutraliser, turn))


def render_turns(marks: TurnMarks, neutraliser: Neutraliser, turns: Iterable[Turn]) -> str:
    return "".join(render_turn(marks, neutraliser, turn) for turn in turns)


def parse_turns(marks: TurnMarks, neutraliser: Neutraliser, text: str) -> list[Turn]:
    """The turns of a transcript that ends with a finished turn, beginning with the person's.

    Raises PromptError for text that was not rendered with these marks.
    """
    turns: list[Turn] = []
    role, start = Role.USER, marks.user_start
    while text:
        if not text.startswith(start):
            raise PromptError(prompt="transcript", fault=f"turn {len(turns) + 1} does not begin with its mark")
        following, end, next_start = _after(marks, role)
        body, text = _split(text[len(start) :], end, next_start)
        turns.append(Turn(role, neutraliser.restore(body)))
        role, start = following, next_start
    return turns


def _after(marks: TurnMarks, role: Role) -> tuple[Role, str, str]:
    """Who speaks next, the end mark of `role`'s turn, and the next one's start mark."""
    if role is Role.USER:
        return Role.ASSISTANT, marks.user_end, marks.assistant_start + marks.reply_lead
    return Role.USER, marks.assistant_end, marks.user_start


def _split(text: str, end: str, next_start: str) -> tuple[str, str]:
    """The turn's body, and what comes after its end mark."""
    at = text.find(end + next_start)
    if at >= 0:
        return text[:at], text[at + len(end) :]
    return text.removesuffix(end), ""
