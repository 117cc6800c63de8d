"""The part of the Hugging Face Hub that a download talks to, on loopback: one repository, which may be gated."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REPOSITORY = "tests/tiny"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
GATED = "GatedRepo"
NO_REVISION = "RevisionNotFound"
NO_REPOSITORY = "RepoNotFound"


class TinyHub:
    """Serves `folder` as the repository; `refuses` is the Hub's own code of an error to answer files with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.refuses = ""
        self.fetched: list[str] = []
        self.address = ""

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a GET."""
        wanted = path.removeprefix("/").removeprefix(f"{REPOSITORY}/resolve/{COMMIT}/")
        if self.refuses and (self.refuses != GATED or "/resolve/" in path):
            return (403 if self.refuses == GATED else 404), {"X-Error-Code": self.refuses}, b"{}"
        if f"/api/models/{REPOSITORY}/tree/" in path:
            return 200, {}, json.dumps([self._entry(file) for file in sorted(self.folder.rglob("*.*"))]).encode()
        if f"/api/models/{REPOSITORY}" in path:
            return 200, {}, json.dumps({"id": REPOSITORY, "sha": COMMIT, "siblings": []}).encode()
        content = (self.folder / wanted).read_bytes()
        self.fetched.append(wanted)
        return 200, {"ETag": f'"{_digest(content)}"', "X-Repo-Commit": COMMIT}, content

    def _entry(self, file: Path) -> dict[str, object]:
        content = file.read_bytes()
        name = str(file.relative_to(self.folder))
        return {"type": "file", "path": name, "size": len(content), "oid": _digest(content)}


@contextmanager
def running(hub: TinyHub) -> Iterator[TinyHub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = hub.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815  # http.server's name

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
