"""How much memory this process may still take, as Linux tells it: of the machine, and of its container."""

from pathlib import Path

_MACHINE = Path("/proc/meminfo")
_CONTAINER = Path("/sys/fs/cgroup")


def free_memory() -> int | None:
    """Bytes. None where the system does not tell."""
    known = [free for free in (_of_the_machine(), _of_the_container()) if free is not None]
    return max(min(known), 0) if known else None


def _of_the_machine() -> int | None:
    available = _table(_MACHINE).get("MemAvailable:")
    return None if available is None else available * 1024


def _of_the_container() -> int | None:
    limit, used = (_number(_CONTAINER / name) for name in ("memory.max", "memory.current"))
    if limit is None or used is None:
        return None
    # Pages of files that are not in use count as taken, though the system gives them up first: a model's file is one.
    return limit - used + _table(_CONTAINER / "memory.stat").get("inactive_file", 0)


def _number(path: Path) -> int | None:
    """None without a file, or with "max" in it."""
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None


def _table(path: Path) -> dict[str, int]:
    """Lines of a name, a number, and maybe a unit."""
    try:
        rows = [line.split() for line in path.read_text("ascii").splitlines()]
        return {row[0]: int(row[1]) for row in rows}
    except (OSError, ValueError, IndexError):
        return {}
