"""A folder of backups keeps the newest ones, and a start without a database begins with the newest that is whole."""

import logging
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assistant.errors.app import BackupError, StorageError
from storage.backup import LiveDatabase
from storage.backup_folder import BackupFolder
from storage.database import open_database
from storage.migrate import migrate
from storage.sole_use import SoleUse
from storage.store import SqlConversationStore
from tests.contract.samples import ANN, at, complete, first_turn


class App:
    """One life of the app on a data folder, as far as the database and its backups go."""

    def __init__(self, root: Path, *, data: str = "data", keep: int = 3, hour: int = 0) -> None:
        self.data = root / data
        self.folder = root / "backups"
        self.hour = hour
        self.database = self.data / "assistant.db"
        self.backups = BackupFolder(self.folder, keep, database=self.database, clock=self.now)
        self.restored = self.backups.restore()
        self._opened = open_database(f"sqlite:///{self.database}")
        migrate(self._opened)
        self.store = SqlConversationStore(self._opened)

    def now(self) -> datetime:
        return at(0) + timedelta(hours=self.hour)

    def talk(self, number: int) -> None:
        self.store.begin_turn(first_turn(number))
        self.store.finish(f"r{number}", complete(), at(number))

    def back_up(self) -> Path | None:
        self.hour += 1
        return self.backups.add()

    @property
    def conversations(self) -> list[str]:
        return [c.id for c in self.store.conversations(ANN, 100)]

    def close(self) -> None:
        self.backups.close()
        self._opened.close()


def test_a_folder_is_apart_on_another_file_system_whether_it_is_there_yet_or_not(tmp_path: Path) -> None:
    # Devices have a file system of their own on every system.
    for folder, is_apart in ((tmp_path / "new" / "backups", False), (Path("/dev/backups"), True)):
        backups = BackupFolder(folder, 3, database=tmp_path / "data" / "assistant.db", clock=lambda: at(0))
        assert backups.is_apart is is_apart


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with closing(App(tmp_path)) as app:
        yield app


def names(app: App) -> list[str]:
    return sorted(file.name for file in app.folder.iterdir())


def test_each_backup_lies_there_for_the_owners_eyes_only(app: App) -> None:
    before = os.umask(0)
    try:
        made = app.back_up()
    finally:
        os.umask(before)
    assert made == app.folder / "assistant-20261123T130000Z.db"
    assert names(app) == ["assistant-20261123T130000Z.db"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in app.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(app.folder.stat().st_mode) == 0o700


def test_the_newest_are_kept(app: App) -> None:
    (app.folder / "of somebody else.db").parent.mkdir()
    (app.folder / "of somebody else.db").touch()
    for number in range(1, 6):
        app.talk(number)
        app.back_up()
    hours = ("15", "16", "17")
    assert names(app) == [
        *(f"assistant-20261123T{hour}0000Z.db" for hour in hours),
        "of somebody else.db",
    ]


def test_a_quiet_night_pushes_out_nothing_and_copies_nothing(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.talk(1)
    assert app.back_up()
    before = names(app)
    with monkeypatch.context() as watched:
        watched.setattr(LiveDatabase, "copy_to", lambda *_: pytest.fail("it was copied"))
        assert [app.back_up() for _ in range(5)] == [None] * 5
    assert names(app) == before
    app.talk(2)
    assert app.back_up()


def test_starts_without_a_change_push_out_nothing_either(tmp_path: Path) -> None:
    with closing(App(tmp_path)) as app:
        app.talk(1)
        app.back_up()
        before = names(app)
    for hour in range(2, 7):
        with closing(App(tmp_path, hour=hour)) as app:
            assert app.back_up() is None
            assert names(app) == before
    with closing(App(tmp_path, hour=9)) as app:
        app.talk(2)
        assert app.back_up()


def test_an_empty_data_folder_begins_with_the_newest_backup(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(App(tmp_path)) as app:
        for number in (1, 2):
            app.talk(number)
            newest = app.back_up()
        app.talk(3)
    with closing(App(tmp_path, data="new")) as restarted:
        assert restarted.restored == newest
        assert restarted.conversations == ["c2", "c1"]
        assert {stat.S_IMODE(file.stat().st_mode) for file in restarted.data.iterdir()} == {0o600}
        assert not [file for file in restarted.data.iterdir() if "unfinished" in file.name]
        assert restarted.back_up() is None
    assert str(newest) in caplog.text


def test_a_database_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    with closing(App(tmp_path)) as app:
        app.talk(1)
        app.back_up()
        app.talk(2)
    with closing(App(tmp_path)) as restarted:
        assert restarted.restored is None
        assert restarted.conversations == ["c2", "c1"]


def test_what_is_left_of_a_former_database_is_not_mixed_into_the_restored_one(tmp_path: Path) -> None:
    data = tmp_path / "new"
    data.mkdir()
    with closing(App(tmp_path)) as app:
        app.talk(1)
        app.back_up()
        app.talk(2)
        # What a process that was killed leaves, as it is while one still runs.
        for rest in app.data.glob("assistant.db-*"):
            shutil.copy(rest, data)
    with closing(App(tmp_path, data="new")) as restarted:
        assert restarted.conversations == ["c1"]


def test_a_damaged_backup_is_skipped_with_a_warning_and_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(App(tmp_path)) as app:
        for number in (1, 2, 3):
            app.talk(number)
            newest = app.back_up()
    assert newest
    newest.write_bytes(newest.read_bytes()[:-5000])
    with caplog.at_level(logging.WARNING), closing(App(tmp_path, data="new")) as restarted:
        assert restarted.conversations == ["c2", "c1"]
    assert f"{newest} is damaged" in caplog.text
    assert newest.with_suffix(".damaged").exists()
    assert not newest.exists()


def test_without_one_whole_backup_the_app_begins_anew_and_keeps_the_damaged_ones(tmp_path: Path) -> None:
    with closing(App(tmp_path)) as app:
        app.talk(1)
        made = app.back_up()
    assert made
    made.write_bytes(b"")
    with closing(App(tmp_path, data="new", keep=1, hour=5)) as restarted:
        assert restarted.restored is None
        assert restarted.conversations == []
        for number in (2, 3):
            restarted.talk(number)
            restarted.back_up()
        assert made.with_suffix(".damaged").exists()


def test_without_a_folder_there_is_nothing_to_restore(tmp_path: Path) -> None:
    with closing(App(tmp_path)) as app:
        assert app.restored is None
        assert not app.folder.exists()


def test_a_folder_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "backups").touch()
    with pytest.raises(BackupError) as refused:
        App(tmp_path)
    assert refused.value.facts == {"path": str(tmp_path / "backups"), "fault": "Not a directory"}
    assert not (tmp_path / "data" / "assistant.db").exists()


def test_nothing_is_restored_under_a_process_that_has_the_database(tmp_path: Path) -> None:
    with closing(App(tmp_path)) as app:
        app.talk(1)
        app.back_up()
    (tmp_path / "new").mkdir()
    sole_use = SoleUse(tmp_path / "new" / "assistant.db")
    with pytest.raises(StorageError, match="another process"):
        App(tmp_path, data="new")
    sole_use.end()
    assert not (tmp_path / "new" / "assistant.db").exists()


def test_a_backup_that_fails_leaves_nothing_and_the_next_one_works(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.talk(1)
    with monkeypatch.context() as broken:
        broken.setattr("storage.backup.is_whole", lambda _: False)
        with pytest.raises(BackupError):
            app.back_up()
    assert names(app) == []
    assert app.back_up()


def test_a_place_where_no_folder_can_be_made_is_told(app: App) -> None:
    app.folder.touch()
    with pytest.raises(BackupError) as refused:
        app.back_up()
    assert refused.value.facts["path"] == str(app.folder)


def test_what_killed_processes_left_long_ago_goes_and_what_is_being_made_stays(tmp_path: Path) -> None:
    folders = (tmp_path / "backups", tmp_path / "data")
    for folder in folders:
        folder.mkdir()
        for name, age in {"old": 4000, "new": 10}.items():
            file = folder / f".assistant-{name}.db.1.unfinished"
            file.touch()
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime - age))
    with closing(App(tmp_path)):
        for folder in folders:
            assert [file.name for file in folder.glob(".*.unfinished")] == [".assistant-new.db.1.unfinished"]
