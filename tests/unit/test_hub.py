"""Files from the Hub, against a stand-in for its client: every way that it fails has a sentence of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from huggingface_hub import errors

from assistant.backends.hub import fetch
from assistant.errors.engine import EngineLoadError
from assistant.model_transfer import Amount
from assistant.wording import Wording

REFERENCE = "hub:bigcode/starcoder/model.gguf@v1.0"


class HubClient:
    """Stands for `hf_hub_download`: raises what it is told to, else gives `path` after some progress."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.raises: list[Exception | None] = []
        self.asked: list[tuple[str, str, str, str]] = []

    def __call__(
        self, repo_id: str, filename: str, *, repo_type: str, revision: str, tqdm_class: Callable[..., Any] | None
    ) -> str:
        self.asked.append((repo_type, repo_id, filename, revision))
        if self.raises and (error := self.raises.pop(0)):
            raise error
        if tqdm_class:
            # As the client calls it: for a class of somebody else's, without `name` and `disable`.
            with tqdm_class(unit="B", unit_scale=True, total=100, initial=10, desc=filename) as bar:
                for part in (40, 25, 25):
                    bar.update(part)
        return str(self.path)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> HubClient:
    client = HubClient(tmp_path / "model.gguf")
    monkeypatch.setattr("huggingface_hub.hf_hub_download", client)
    return client


def answered(kind: type[errors.HfHubHTTPError], status: int) -> errors.HfHubHTTPError:
    request = httpx2.Request("GET", "https://huggingface.co/x")
    return kind("told by the Hub", response=httpx2.Response(status, request=request))


def test_a_reference_names_repository_file_and_revision(client: HubClient) -> None:
    assert fetch(REFERENCE) == client.path
    assert client.asked == [("model", "bigcode/starcoder", "model.gguf", "v1.0")]


def test_the_revision_may_be_left_out_and_the_file_may_be_in_a_folder(client: HubClient) -> None:
    fetch("hub:bigcode/starcoder/gguf/q4/model.gguf")
    assert client.asked == [("model", "bigcode/starcoder", "gguf/q4/model.gguf", "main")]


def test_a_dataset_is_found_with_and_without_being_called_one(client: HubClient) -> None:
    client.raises = [answered(errors.RepositoryNotFoundError, 404)]
    fetch("hub:bigcode/ta-prompt/TA_prompt_v1.txt")
    fetch("hub:datasets/bigcode/ta-prompt/TA_prompt_v1.txt")
    kinds = [kind for kind, *_ in client.asked]
    assert kinds == ["model", "dataset", "dataset"]
    assert client.asked[-1][1:] == ("bigcode/ta-prompt", "TA_prompt_v1.txt", "main")


def test_progress_is_told_in_bytes_of_the_whole(client: HubClient) -> None:
    told: list[Amount] = []
    fetch(REFERENCE, told.append)
    assert told == [Amount(100, 50), Amount(100, 75), Amount(100, 100)]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (answered(errors.GatedRepoError, 403), "https://huggingface.co/bigcode/starcoder and to set HF_TOKEN"),
        (answered(errors.RepositoryNotFoundError, 404), "not a repository of the Hub"),
        (answered(errors.RevisionNotFoundError, 404), "no such revision"),
        (answered(errors.RemoteEntryNotFoundError, 404), "not a file of that repository"),
        (errors.LocalEntryNotFoundError("neither online nor in the cache"), "is this machine online?"),
        (errors.OfflineModeIsEnabled("HF_HUB_OFFLINE"), "is this machine online?"),
        (httpx2.ConnectError("no route to host"), "is this machine online?"),
        (httpx2.ReadTimeout("silence in the middle of the file"), "is this machine online?"),
        (answered(errors.HfHubHTTPError, 503), "cannot be fetched"),
        (PermissionError(13, "Permission denied"), "cannot be fetched"),
        (errors.HFValidationError("no name of a repository"), "not of the form hub:owner/repo/file@revision"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_failure_is_told_in_its_own_words(client: HubClient, error: Exception, told: str) -> None:
    client.raises = [error, error]
    with pytest.raises(EngineLoadError) as failed:
        fetch(REFERENCE)
    sentence = Wording().error(failed.value)
    assert told in sentence
    assert REFERENCE in sentence
    assert failed.value.__cause__ is error


@pytest.mark.parametrize("reference", ["hub:", "hub:starcoder", "hub:bigcode/starcoder", "hub:a/b/c@", "hub:a b/c/d"])
def test_a_reference_of_another_form_is_refused_before_anybody_is_asked(client: HubClient, reference: str) -> None:
    with pytest.raises(EngineLoadError, match="not of the form"):
        fetch(reference)
    assert client.asked == []
