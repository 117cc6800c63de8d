"""What kind of file system a folder is on: SQLite needs locks and shared memory that hold, which not all of them have.

Read from the kernel's table of mounts. Where there is none (macOS), nothing is known and nothing refused.
"""

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")

_NETWORK = {
    "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs",
    "nfs4", "ocfs2", "pvfs2", "smb3", "smbfs",
    # What a virtual machine, also Docker's on a Mac, shows of its host: memory is not shared across that border.
    "9p", "fakeowner", "osxfs", "prl_fs", "vboxsf", "virtiofs", "vmhgfs",
}  # fmt: skip
_LOCAL_FUSE = {"fuse.fuse-overlayfs"}
"""What containers without root have instead of overlay: a local disk all the same."""


def network_type(path: Path) -> str | None:
    """The type of the network or FUSE file system that `path` (there or not yet) is on; None for a local one."""
    found = _type_of(path.resolve())
    if found in _NETWORK or (found.startswith("fuse.") and found not in _LOCAL_FUSE):
        return found
    return None


def _type_of(path: Path) -> str:
    """Empty where it cannot be told. Of several mounts on one place the last one is seen."""
    found, deepest = "", -1
    for line in _table():
        _, place, kind, *_ = line.split(" ")
        mounted = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), place))
        if path.is_relative_to(mounted) and len(mounted.parts) >= deepest:
            found, deepest = kind, len(mounted.parts)
    return found


def _table() -> list[str]:
    try:
        text = MOUNTS.read_text("utf-8", errors="surrogateescape")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.count(" ") >= 3]
