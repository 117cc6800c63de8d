"""SQLite lies on local disks only: elsewhere it can be damaged, and the start says where it may lie."""

from pathlib import Path

import pytest

from assistant.errors.app import SettingsError
from storage import file_system
from storage.database import open_database
from storage.file_system import network_type

TABLE = r"""proc /proc proc rw,relatime 0 0
overlay / overlay rw,lowerdir=/a:/b 0 0
tmpfs /dev/shm tmpfs rw 0 0
/dev/sdb /disk ext4 rw 0 0
pool/data /pool zfs rw 0 0
//server/share /disk/share cifs rw 0 0
server:/export /home nfs4 rw 0 0
bucket /data fuse.hf-mount rw 0 0
drive /mnt/c 9p rw 0 0
mount0 /Users virtiofs rw 0 0
.host:/ /mnt/hgfs vmhgfs rw 0 0
none /media/psf prl_fs rw 0 0
/run/host_mark/Users /bound fakeowner rw 0 0
server:/x /with\040a\040blank nfs rw 0 0
first /twice nfs rw 0 0
second /twice xfs rw 0 0
overlay /rootless fuse.fuse-overlayfs rw 0 0
stick /media/stick fuseblk rw 0 0
plain /plain fuse rw 0 0
broken line
"""


@pytest.fixture(autouse=True)
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    mounts = tmp_path / "mounts"
    mounts.write_text(TABLE)
    monkeypatch.setattr(file_system, "MOUNTS", mounts)
    return mounts


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/assistant.db", None),
        ("/dev/shm/assistant.db", None),
        ("/disk/assistant.db", None),
        ("/pool/not/there/yet/assistant.db", None),
        ("/disk/share/assistant.db", "cifs"),
        ("/disk/shared/assistant.db", None),
        ("/disk/elsewhere/../share/assistant.db", "cifs"),
        ("/home/me/data/assistant.db", "nfs4"),
        ("/data/assistant.db", "fuse.hf-mount"),
        ("/database/assistant.db", None),
        ("/mnt/c/assistant.db", "9p"),
        ("/Users/me/assistant.db", "virtiofs"),
        ("/mnt/hgfs/assistant.db", "vmhgfs"),
        ("/media/psf/assistant.db", "prl_fs"),
        ("/bound/assistant.db", "fakeowner"),
        ("/with a blank/assistant.db", "nfs"),
        ("/twice/assistant.db", None),
        ("/rootless/assistant.db", None),
        ("/media/stick/assistant.db", None),
        ("/plain/assistant.db", "fuse"),
    ],
)
def test_the_deepest_and_last_mount_says_whether_it_is_a_network_file_system(path: str, kind: str | None) -> None:
    assert network_type(Path(path)) == kind


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to("/home/me")
    assert network_type(tmp_path / "data" / "assistant.db") == "nfs4"


def test_where_nothing_can_be_told_nothing_is_refused(mounts: Path) -> None:
    mounts.unlink()
    assert network_type(Path("/home/me/assistant.db")) is None


def test_the_kernels_own_table_can_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    assert network_type(tmp_path) is None


def test_a_database_there_is_refused_with_the_reason_and_the_ways_out(mounts: Path, tmp_path: Path) -> None:
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    with pytest.raises(SettingsError) as refused:
        open_database(f"sqlite:///{tmp_path}/data/assistant.db")
    told = str(refused.value)
    for words in ("network file system (nfs4)", f"{tmp_path}/data", "PostgreSQL", "ASSISTANT_DATA_DIR"):
        assert words in told
    assert list(tmp_path.iterdir()) == [mounts]
