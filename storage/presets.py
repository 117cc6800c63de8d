"""Prompts that people saved under a name."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.errors.app import NotFoundError
from assistant.errors.input import PresetNameTakenError, TooManyPresetsError
from assistant.ports import MOST_PRESETS
from assistant.prompt_choice import PromptPreset
from storage import mapping
from storage.database import Database
from storage.identities import remember
from storage.tables import PresetRow


class PresetStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save_preset(self, owner_id: str, preset: PromptPreset) -> None:
        # Another tab may save under the same name at the same moment: the second try finds it.
        self._database.settle(lambda session: _save(session, owner_id, preset))

    def presets(self, owner_id: str) -> list[PromptPreset]:
        with self._database.read() as session:
            rows = session.scalars(select(PresetRow).where(PresetRow.owner_id == owner_id))
            return sorted(map(mapping.preset, rows), key=lambda preset: preset.name)

    def rename_preset(self, owner_id: str, preset_id: str, name: str) -> None:
        self._database.settle(lambda session: _rename(session, owner_id, preset_id, name))

    def delete_preset(self, owner_id: str, preset_id: str) -> None:
        with self._database.write() as session:
            session.delete(_of(session, owner_id, preset_id))


def _save(session: Session, owner_id: str, preset: PromptPreset) -> None:
    if known := _named(session, owner_id, preset.name):
        known.prompt = preset.prompt.model_dump(mode="json")
        return
    count = session.scalar(select(func.count()).where(PresetRow.owner_id == owner_id)) or 0
    if count >= MOST_PRESETS:
        raise TooManyPresetsError(limit=MOST_PRESETS)
    remember(session, owner_id, preset.created_at.date())
    session.add(mapping.preset_row(owner_id, preset))
    session.flush()


def _rename(session: Session, owner_id: str, preset_id: str, name: str) -> None:
    row, other = _of(session, owner_id, preset_id), _named(session, owner_id, name)
    if other is not None and other.id != row.id:
        raise PresetNameTakenError(name=name)
    row.name = name
    session.flush()


def _named(session: Session, owner_id: str, name: str) -> PresetRow | None:
    return session.scalar(select(PresetRow).where(PresetRow.owner_id == owner_id, PresetRow.name == name))


def _of(session: Session, owner_id: str, preset_id: str) -> PresetRow:
    row = session.get(PresetRow, preset_id)
    if row is None or row.owner_id != owner_id:
        raise NotFoundError(kind="preset")
    return row
