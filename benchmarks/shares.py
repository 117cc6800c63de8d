"""A shared page under load, beside a bare FastAPI route that returns the same bytes from memory.

    python -m benchmarks.shares [--clients 50] [--seconds 8] [--rounds 3]

The page has 60 messages with 40 blocks of code. Both are served by uvicorn, each in a process of its own on one core,
and asked by `--clients` connections that stay open, from a third process on another core; they take turns, so that the
machine's moods meet both. The shared page is the whole app's, with a database: its link is asked of it at each request.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from assistant.conversation import MessageStatus, Role
from assistant.sharing import token_hash
from assistant.snapshot import ModelNotice, Share, ShareKeys, Snapshot, SnapshotMessage
from storage.database import open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.app_process import AppProcess, free_port
from tests.contract.samples import ANN, PROVENANCE, chain, conversation_of

TOKEN = "benchmark" * 4
MESSAGES, BLOCKS = 60, 40
CODE = "\n".join(f'def part_{n}(value: int) -> str:\n    return f"{{value + {n}}} of {n}"\n' for n in range(8))
TARGET = 0.5


def fill(data_dir: Path) -> None:
    database = open_database(f"sqlite:///{data_dir}/assistant.db")
    migrate(database)
    messages = chain(2)
    store = SqlConversationStore(database)
    store.add_conversation(conversation_of(messages), messages)
    now = datetime.now(UTC)
    share = Share(id="s", conversation_id="copy", title="A long talk", created_at=now)
    store.add_share(ANN, share, ShareKeys(token_sha256=token_hash(TOKEN)), snapshot(now))
    database.close()


def snapshot(now: datetime) -> Snapshot:
    shown = []
    for number in range(MESSAGES):
        is_answer = number % 2 == 1
        # Every answer has a block, and ten of the questions.
        block = f"\n\n```python\n{CODE}```\n" if is_answer or number < 2 * (BLOCKS - MESSAGES // 2) else ""
        shown.append(
            SnapshotMessage(
                role=Role.ASSISTANT if is_answer else Role.USER,
                text=f"Part {number} of the talk, which goes on for a while. " * 5 + block,
                status=MessageStatus.COMPLETE,
                provenance=PROVENANCE if is_answer else None,
            )
        )
    licence = "https://www.apache.org/licenses/LICENSE-2.0"
    return Snapshot(
        title="A long talk",
        shared_at=now,
        messages=tuple(shown),
        notices=(ModelNotice(model="m", licence="Apache-2.0", url=licence),),
    )


@contextmanager
def bare_route(page: Path) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.shares", "--serve", str(page), str(port)])
    url = f"http://127.0.0.1:{port}/page"
    try:
        _pin(process.pid, 0)
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def serve(page: Path, port: int) -> None:
    app, content = FastAPI(), page.read_bytes()

    @app.get("/page")
    async def bare() -> HTMLResponse:
        return HTMLResponse(content)

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


async def load(url: str, clients: int, seconds: float) -> tuple[float, list[float]]:
    """Requests a second, and the milliseconds of each. Spoken by hand: a client of HTTP would be the bottleneck."""
    address, _, path = url.removeprefix("http://").partition("/")
    host, _, port = address.partition(":")
    request = f"GET /{path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    taken: list[float] = []
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port), limit=2**20)
        while (began := time.perf_counter()) < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            taken.append((time.perf_counter() - began) * 1000)
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return len(taken) / (time.perf_counter() - began), taken


def _pin(process: int, core: int) -> None:
    """To one core, with all its threads."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def _wait_for(url: str) -> None:
    for _ in range(600):
        try:
            if httpx2.get(url).is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"{url} is not served")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", nargs=2, metavar=("PAGE", "PORT"), help="the bare route, as this program starts it")
    chosen = parser.parse_args(arguments)
    if chosen.serve:
        serve(Path(chosen.serve[0]), int(chosen.serve[1]))
        return
    os.sched_setaffinity(0, {1})
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        fill(data)
        with AppProcess(data) as app:
            app.wait_until_ready()
            _pin(app.process.pid, 0)
            shared = f"{app.url}/s/{TOKEN}"
            page = data / "page.html"
            page.write_bytes(httpx2.get(shared).content)
            with bare_route(page) as bare:
                report({"shared page": shared, "bare route": bare}, page.stat().st_size, chosen)


def report(urls: dict[str, str], size: int, chosen: argparse.Namespace) -> None:
    rates: dict[str, list[float]] = {name: [] for name in urls}
    times: dict[str, list[float]] = {name: [] for name in urls}
    for number in range(-1, chosen.rounds):
        for name, url in urls.items():
            rate, taken = asyncio.run(load(url, chosen.clients, chosen.seconds if number >= 0 else 1))
            # The first one warms up.
            if number >= 0:
                rates[name].append(rate)
                times[name] += taken
    print(f"{MESSAGES} messages, {BLOCKS} blocks of code, {size / 1000:.0f} kB; {chosen.clients} clients\n")
    print("| | requests/s | p50 | p95 |\n|---|---|---|---|")
    for name in urls:
        ordered = sorted(times[name])
        p50, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(f"| {name} | {statistics.median(rates[name]):.0f} | {p50:.0f} ms | {p95:.0f} ms |")
    ratio = statistics.median(rates["shared page"]) / statistics.median(rates["bare route"])
    print(f"\nShared page over bare route: {ratio:.2f} ({'reached' if ratio >= TARGET else 'missed'}: {TARGET})")


if __name__ == "__main__":
    main(sys.argv[1:])
