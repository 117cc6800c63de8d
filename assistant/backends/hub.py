"""Files from the Hugging Face Hub, by a reference that says repository, file and revision."""

import re
from collections.abc import Callable
from pathlib import Path

from assistant.backends.download_progress import reporting
from assistant.errors.engine import EngineLoadError
from assistant.model_transfer import Amount

_REFERENCE = re.compile(
    r"hub:(?P<kind>datasets/)?(?P<repo>[\w.-]+/[\w.-]+)/(?P<file>[^@]+?)(?:@(?P<revision>[\w./-]+))?"
)

_NO_REFERENCE = "is not of the form hub:owner/repo/file@revision"


def fetch(reference: str, on_progress: Callable[[Amount], None] | None = None) -> Path:
    """The local path of `hub:[datasets/]owner/repo/path[@revision]`, downloaded unless it is in the Hub's cache.

    A repository that is not a model is looked for among the datasets. Blocks. `on_progress` gets bytes. Raises
    EngineLoadError, also when offline.
    """
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise EngineLoadError(model=reference, fault=_NO_REFERENCE)
    kinds = ["dataset"] if found["kind"] else ["model", "dataset"]
    return _download(reference, found, kinds, on_progress)


def _download(
    reference: str, found: re.Match[str], kinds: list[str], on_progress: Callable[[Amount], None] | None
) -> Path:
    # Imported here: the client is slow to import, and the default model does not need it.
    import httpx2
    from huggingface_hub import errors, hf_hub_download

    kind, *others = kinds
    try:
        path = hf_hub_download(
            found["repo"],
            found["file"],
            repo_type=kind,
            revision=found["revision"] or "main",
            tqdm_class=reporting(on_progress) if on_progress else None,
        )
    except errors.GatedRepoError as error:
        page = f"https://huggingface.co/{found['repo']}"
        fault = f"needs you to accept its licence at {page} and to set HF_TOKEN to your access token"
        raise EngineLoadError(model=reference, fault=fault) from error
    except errors.RepositoryNotFoundError as error:
        if others:
            return _download(reference, found, others, on_progress)
        raise EngineLoadError(model=reference, fault="is not a repository of the Hub (or is private)") from error
    except errors.RevisionNotFoundError as error:
        raise EngineLoadError(model=reference, fault="has no such revision on the Hub") from error
    except errors.RemoteEntryNotFoundError as error:
        raise EngineLoadError(model=reference, fault="is not a file of that repository and revision") from error
    except errors.HFValidationError as error:
        raise EngineLoadError(model=reference, fault=_NO_REFERENCE) from error
    except (OSError, httpx2.HTTPError) as error:
        # Also what the client raises when it is offline and the file is not in its cache.
        fault = "cannot be fetched from the Hub: is this machine online?"
        raise EngineLoadError(model=reference, fault=fault) from error
    return Path(path)
