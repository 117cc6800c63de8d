"""How many threads an engine on the CPU should use.

llama.cpp's threads wait for one another after every operation, so one that has no core of its own holds up all others:
one core is left to the rest of the machine. Where many tokens are computed at once, those waits are few.
"""

import os
from pathlib import Path

_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


def engine_threads() -> int:
    """All cores that this process may use but one, no more than OMP_NUM_THREADS where it is set, and at least one."""
    cores = _cores()
    return max(1, min(cores - 1, _wanted(cores)))


def batch_threads() -> int:
    """For a prompt that is read, or the next tokens of several conversations: one more than `engine_threads`."""
    cores = _cores()
    return max(1, min(cores, _wanted(cores)))


def _cores() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _container_cores(usable))


def _wanted(otherwise: int) -> int:
    """What OpenMP's own variable says: a number, or one for each level of nesting, of which there is one here."""
    first = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    return int(first) if first.isdecimal() else otherwise


def _container_cores(otherwise: int) -> int:
    """What a container's CPU quota comes to: "max 100000" or "200000 100000", microseconds in a period."""
    try:
        quota, period = _CGROUP_LIMIT.read_text("ascii").split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):
        # No such file, or no limit in it.
        return otherwise
