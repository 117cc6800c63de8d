"""The data folder: conversations and keys, for the owner's eyes only."""

from pathlib import Path

from assistant.errors.app import SettingsError


def make_data_folder(path: Path) -> None:
    """Raises SettingsError when it cannot be made or written to."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        fault = f"{path} cannot be written to: {error.strerror}"
        raise SettingsError(setting="ASSISTANT_DATA_DIR", fault=fault, allowed="a folder of your own") from error
