"""How fast a model comes, and what the page says of it."""

from assistant.engine import EngineStage, EngineState
from assistant.errors.engine import EngineLoadError
from assistant.model_transfer import Amount, TransferRate
from assistant.ui.fragments import Fragments
from assistant.wording import Wording
from tests.fakes.scripted_model import CARD

MB = 1_000_000


def shown(state: EngineState) -> str:
    return Fragments(Wording(), lambda: CARD).engine(state)


def test_a_rate_counts_what_has_come_since_the_first_word_of_it() -> None:
    now = 100.0
    rate = TransferRate(lambda: now)
    assert rate.after(Amount(100, 40)) is None
    now += 0.5
    assert rate.after(Amount(100, 60)) is None
    now += 1.5
    assert rate.after(Amount(100, 80)) == 20.0
    assert rate.after(Amount(100)) is None


def test_an_amount_is_a_fraction_where_it_is_known_how_much_has_come() -> None:
    assert [Amount(4, 1).fraction, Amount(4, 5).fraction, Amount(4).fraction, Amount(0, 0).fraction] == [
        0.25, 1.0, None, None,
    ]  # fmt: skip


def test_a_download_is_shown_with_stage_percent_size_and_rate() -> None:
    told = shown(EngineState(EngineStage.FETCHING, 0.345, size=1500 * MB, rate=3.21 * MB))
    for words in ("Fetching the model.", 'value="0.345"', "34 %", "of 1,500 MB", "3.2 MB a second"):
        assert words in told


def test_what_is_not_known_is_not_said() -> None:
    assert "MB" not in shown(EngineState(EngineStage.FETCHING))
    assert "98 MB" in (loading := shown(EngineState(EngineStage.LOADING, size=98 * MB)))
    assert "%" not in loading
    assert "12 %" in shown(EngineState(EngineStage.WARMING, 0.125))


def test_a_model_that_is_there_is_not_spoken_of_and_one_that_failed_is() -> None:
    assert shown(EngineState(EngineStage.READY)) == ""
    error = EngineLoadError(model="m.gguf", fault="it is not a GGUF file")
    assert "it is not a GGUF file" in shown(EngineState(EngineStage.FAILED, error=error))
