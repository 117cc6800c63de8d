"""How much memory is left for what could be read again."""

from pathlib import Path

import pytest

from assistant.backends import free_memory

MIB = 2**20
MACHINE = f"MemTotal:  {8000 * 1024} kB\nMemAvailable:  {6000 * 1024} kB\nHugePages_Total:  0\n"
STAT = f"anon 1000\ninactive_file {500 * MIB}\nactive_file 7\n"


@pytest.mark.parametrize(
    ("machine", "limit", "used", "stat", "free"),
    [
        (MACHINE, None, None, None, 6000 * MIB),
        (MACHINE, "max\n", f"{2000 * MIB}\n", STAT, 6000 * MIB),
        (MACHINE, f"{4000 * MIB}\n", f"{2000 * MIB}\n", STAT, 2500 * MIB),
        (MACHINE, f"{4000 * MIB}\n", f"{2000 * MIB}\n", None, 2000 * MIB),
        (MACHINE, f"{64000 * MIB}\n", f"{2000 * MIB}\n", STAT, 6000 * MIB),
        (MACHINE, f"{4000 * MIB}\n", f"{4001 * MIB}\n", None, 0),
        (None, f"{4000 * MIB}\n", f"{1000 * MIB}\n", None, 3000 * MIB),
        ("something else", None, None, None, None),
        (None, None, None, None, None),
    ],
)
def test_the_smaller_of_what_machine_and_container_leave_is_free(
    machine: str | None,
    limit: str | None,
    used: str | None,
    stat: str | None,
    free: int | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    files = {"meminfo": machine, "memory.max": limit, "memory.current": used, "memory.stat": stat}
    for name, text in files.items():
        if text is not None:
            (tmp_path / name).write_text(text)
    monkeypatch.setattr(free_memory, "_MACHINE", tmp_path / "meminfo")
    monkeypatch.setattr(free_memory, "_CONTAINER", tmp_path)
    assert free_memory.free_memory() == free
