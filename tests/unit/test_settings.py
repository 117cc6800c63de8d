"""Settings come from the environment and `.env`; a wrong one stops the start with a line that helps."""

from pathlib import Path

import pytest

from assistant.errors.app import SettingsError
from assistant.settings import PREFIX, Settings, load_settings
from assistant.wording import Wording


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(PREFIX + field.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert (settings.port, settings.backend, settings.backend_url) == (7860, "embedded", ())


def test_the_environment_wins_over_the_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ASSISTANT_PORT=7001\nASSISTANT_HOST=0.0.0.0\n")
    monkeypatch.setenv("ASSISTANT_PORT", "7002")
    settings = load_settings()
    assert (settings.port, settings.host) == (7002, "0.0.0.0")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ASSISTANT_PORT", "70000", "at most 65535 (Port to listen on. at least 1, at most 65535)"),
        ("ASSISTANT_PORT", "http", "a whole number"),
        ("ASSISTANT_BACKEND", "abacus", "embedded"),
        ("ASSISTANT_PUBLIC_URL", "example.com", "https://"),
        ("ASSISTANT_BACKEND_URL", "http://a:8080,http://me:secret@b:8080", "name or a password"),
        ("ASSISTANT_PORTT", "7860", "ASSISTANT_PORT"),
    ],
)
def test_a_wrong_value_names_the_setting_the_fault_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    sentence = Wording().error(refused.value)
    assert name in sentence
    assert told in sentence
    assert "\n" not in sentence


def test_a_misspelt_name_in_the_env_file_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ASSISTANT_DATABASE_ULR=sqlite://\n")
    with pytest.raises(SettingsError, match="ASSISTANT_DATABASE_ULR"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSISTANT_BACKEND_API_KEY", "sk-canary"),
        ("ASSISTANT_OIDC_CLIENT_SECRET", "canary"),
        ("ASSISTANT_DATABASE_URL", "postgresql://me:canary@db/assistant"),
    ],
)
def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    settings = load_settings()
    assert "canary" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
