"""The GPU benchmark on a machine without one: it runs, and its arithmetic is StarCoder's."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
import torch

from assistant.backends.torch_engine import causal_model
from assistant.backends.torch_engine.causal_model import CausalModel, Reading
from benchmarks import gpu
from benchmarks.device_limits import Limits
from benchmarks.random_starcoder import STARCODER, TOY, random_module, random_tokenizer

H200 = Limits(bandwidth=4.3e12, flops=790e12)


@pytest.fixture(autouse=True)
def without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def starcoder() -> gpu.Costs:
    """Of its shape alone: the meta device holds no numbers."""
    return gpu.Costs(gpu.FULL, random_module(STARCODER, torch.device("meta"), torch.bfloat16), H200)


def test_a_machine_without_a_gpu_gets_a_toy_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    gpu.main([])

    said = capsys.readouterr().out
    assert "not measured on a GPU" in said
    assert "0.001 billion parameters" in said
    ours, _, plain = said.partition("plain generate")
    for part in (ours, plain):
        assert [int(count) for count in re.findall(r"(\d+) conversations +[1-9]", part)] == [1, 4]
    assert re.search(r"first token, prefix read +\d+\.\d+ s", ours)
    assert re.search(r"the prefix after a restart +\d+\.\d+ s", ours)


def test_a_row_is_of_as_many_conversations_as_it_says_and_all_write_to_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together: list[int] = []
    read = CausalModel.read_together

    def noted(model: CausalModel, readings: Sequence[Reading]) -> list[torch.Tensor]:
        together.append(len(readings))
        return read(model, readings)

    # More than the app takes at once on a processor, and a model that would end with any token.
    monkeypatch.setattr(gpu, "TINY", replace(gpu.TINY, batches=(6,)))
    monkeypatch.setattr(causal_model, "_end_ids", lambda *_: frozenset(range(TOY.vocabulary)))
    monkeypatch.setattr(CausalModel, "read_together", noted)
    gpu.main([])

    assert max(together) == 6
    assert sum(together) > 6 * (gpu.TINY.answer - 3)


def test_the_model_has_starcoders_size(starcoder: gpu.Costs) -> None:
    assert starcoder.parameters == 15_517_456_384


def test_a_rate_at_the_bandwidth_limit_is_all_of_it(starcoder: gpu.Costs) -> None:
    # 31.03 GB of weights and 84 MB of keys and values for each token.
    assert starcoder.fractions(1, 138.2).lstrip().startswith("100.0% of bandwidth")


def test_a_batch_reads_the_weights_once_for_all(starcoder: gpu.Costs) -> None:
    shares = [float(starcoder.fractions(batch, 100).split("%")[0]) for batch in (1, 32)]

    assert shares[0] > 20 * shares[1]


def test_a_text_has_about_the_tokens_that_were_asked_for() -> None:
    tokenizer = random_tokenizer(8192)

    assert len(tokenizer(gpu.text_of(tokenizer, 300)).input_ids) == pytest.approx(300, abs=3)
