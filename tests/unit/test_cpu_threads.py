"""How many threads an engine on the CPU has."""

import os
from pathlib import Path

import pytest

from assistant.backends import cpu_threads


@pytest.mark.parametrize(
    ("cores", "quota", "wanted", "threads", "for_many"),
    [
        (4, "max 100000", "", 3, 4),
        (1, "max 100000", "", 1, 1),
        (64, "400000 100000", "", 3, 4),
        (4, "", "2", 2, 2),
        (4, "", "2,1", 2, 2),
        (4, "", "64", 3, 4),
        (4, "", "many", 3, 4),
        (4, "", "0", 1, 1),
    ],
)
def test_one_core_is_left_to_others_but_for_many_tokens_at_once_and_whoever_wants_fewer_threads_has_them(
    cores: int, quota: str, wanted: str, threads: int, for_many: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(cpu_threads, "_CGROUP_LIMIT", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert (cpu_threads.engine_threads(), cpu_threads.batch_threads()) == (threads, for_many)
