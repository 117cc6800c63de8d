"""What a page that is open asks now and then: is the server there, does it know me, is it still the same one."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from assistant.errors.app import StorageError
from assistant.errors.visitor import NoIdentityError, SignInRequiredError
from assistant.web.visitors import Visitors

_CODE = Path(__file__).parents[1]
_KINDS = frozenset({".py", ".js", ".css", ".jinja", ".toml"})


def here_route(visitors: Visitors) -> APIRouter:
    router = APIRouter()
    build = build_id(_CODE)

    @router.get("/here")
    async def here(request: Request) -> Response:
        return JSONResponse({"build": build, "known": await _is_known(request)}, headers={"Cache-Control": "no-store"})

    async def _is_known(request: Request) -> bool:
        try:
            await visitors.sender(request)
        except (SignInRequiredError, StorageError):
            # The page itself says so where it matters.
            return True
        except NoIdentityError:
            return False
        return True

    return router


def build_mark() -> str:
    """For the page's document: which code it is of. What is asked later may be answered by another one."""
    return f'<meta name="build" content="{build_id(_CODE)}">'


def build_id(folder: Path) -> str:
    """The same for the same code: a restart is no new version."""
    digest = hashlib.sha256(version("gradio").encode())
    for file in sorted(path for path in folder.rglob("*") if path.suffix in _KINDS):
        digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]
