"""Where an answer comes from, in one line."""

from assistant.source_line import source_line
from assistant.wording import Wording
from tests.contract.samples import PROVENANCE


def test_it_names_model_tokens_time_and_seed() -> None:
    made = PROVENANCE.model_copy(update={"model": "Small", "completion_tokens": 1200, "seconds": 2.04})
    assert source_line(made, Wording()) == f"Small · 1,200 tokens · 2.0 s · seed {made.options.seed}"


def test_what_nobody_counted_and_nobody_knows_is_not_made_up() -> None:
    options = PROVENANCE.options.model_copy(update={"seed": None})
    made = PROVENANCE.model_copy(update={"completion_tokens": None, "options": options})
    assert "None" not in source_line(made, Wording())
    assert "token" not in source_line(made, Wording())
