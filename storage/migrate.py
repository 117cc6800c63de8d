"""Brings the database to the newest revision at the start; one process does it, the others wait."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from assistant.errors.app import StorageError
from storage.database import Database

_SCRIPTS = Path(__file__).parent / "migrations"
# Any number, as long as every version of the app takes the same one.
_ADVISORY_LOCK = 7_110_723


def migrate(database: Database, scripts: Path = _SCRIPTS) -> None:
    """Raises StorageError, also when the database was made by a newer version of the app."""
    # The writing transaction is the lock on SQLite: it begins immediate. PostgreSQL needs one of its own.
    with database.restructure() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config = _configuration(connection, scripts)
        _refuse_newer(connection, config)
        command.upgrade(config, "head")


def _configuration(connection: Connection, scripts: Path) -> Config:
    config = Config()
    # A percent sign in the path would be read as Config's own syntax.
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection, config: Config) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise StorageError(fault="it was made by a newer version of this app")
