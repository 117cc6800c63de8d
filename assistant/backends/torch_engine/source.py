"""Where a model's files come from: a folder, or the Hub at one revision; and the name of exactly these weights."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.backends.download_progress import reporting
from assistant.errors.engine import EngineLoadError
from assistant.model_catalog import CATALOG
from assistant.model_transfer import Amount

# Weights as safetensors alone, which cannot run code as pickles can; no subfolders, which hold other formats.
_WANTED = ["*.safetensors", "*.json", "*.txt", "*.model", "*.jinja"]
_UNWANTED = ["*/*"]
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class ModelSource:
    folder: Path
    revision: str
    """The Hub's commit, or `sha256:` of a folder's weights: the same name never means other weights."""

    @property
    def size(self) -> int:
        """Of the weights, in bytes."""
        return sum(file.stat().st_size for file in self.folder.glob("*.safetensors"))


def find_model(
    model: str,
    revision: str,
    on_progress: Callable[[Amount], None] | None = None,
    endpoint: str | None = None,
) -> ModelSource:
    """`model` is a short name of the catalogue, a hub id or a folder. Blocks; downloads what is not there yet.

    `revision` is for the Hub: a branch, a tag or a commit. Raises EngineLoadError.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return ModelSource(folder, _revision_of(folder))
    repository = CATALOG[model].hub_id if model in CATALOG else model.removeprefix("hub:")
    if not _REPOSITORY.fullmatch(repository):
        fault = "is neither a folder with a model, nor owner/name on the Hub, nor one of: " + ", ".join(CATALOG)
        raise EngineLoadError(model=folder.name, fault=fault)
    fetched = _fetch(repository, revision, on_progress, endpoint)
    return ModelSource(fetched, fetched.name)


def _fetch(repository: str, revision: str, on_progress: Callable[[Amount], None] | None, endpoint: str | None) -> Path:
    # Imported here: the client is slow to import.
    from huggingface_hub import errors, snapshot_download

    try:
        path = snapshot_download(
            repository,
            revision=revision,
            allow_patterns=_WANTED,
            ignore_patterns=_UNWANTED,
            endpoint=endpoint,
            tqdm_class=reporting(on_progress) if on_progress else None,
        )
    except errors.GatedRepoError as error:
        page = f"https://huggingface.co/{repository}"
        fault = f"needs you to accept its licence at {page} and to set HF_TOKEN to your access token"
        raise EngineLoadError(model=repository, fault=fault) from error
    except errors.RevisionNotFoundError as error:
        raise EngineLoadError(model=repository, fault=f"has no revision {revision} on the Hub") from error
    except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
        raise EngineLoadError(model=repository, fault="is not a repository of the Hub (or is private)") from error
    except OSError as error:
        # Also what the client raises when it is offline and the files are not in its cache.
        fault = "cannot be fetched from the Hub: is this machine online, and is there room on the disk?"
        raise EngineLoadError(model=repository, fault=fault) from error
    return Path(path)


def _revision_of(folder: Path) -> str:
    resolved = folder.resolve()
    if resolved.parent.name == "snapshots" and _COMMIT.fullmatch(resolved.name):
        return resolved.name
    whole = hashlib.sha256()
    for path in sorted(resolved.glob("*.safetensors")):
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return f"sha256:{whole.hexdigest()[:12]}"
