"""Does text-generation-inference's own client take our fake of its server for the real one?

`python -m tests.tgi_conformance.run` makes an environment of its own for the client, whose needs cannot be met beside
ours, starts the fake and has the client drive it. Ends with status 1 at any difference.
"""

import asyncio
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tests.fakes.fake_tgi import FakeTgi
from tests.fakes.tgi_script import HOLD, KEEP_ALIVE

# The client imports requests, and does not declare it.
CLIENT = ("text-generation==0.7.0", "requests>=2.32,<3")
KEY = "sk-conformance"
CHECKS = Path(__file__).with_name("official_client.py")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="tgi-conformance-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *CLIENT]
        subprocess.run(install, check=True)
        return asyncio.run(_drive(python))


async def _drive(python: Path) -> int:
    async with FakeTgi(api_key=KEY) as server:
        write_scripts(server)
        client = await asyncio.create_subprocess_exec(python, CHECKS, server.url, KEY)
        try:
            status = await asyncio.wait_for(client.wait(), 120)
        except TimeoutError:
            client.kill()
            await client.wait()
            sys.stderr.write("the client waits for something that does not come\n")
            return 1
        if status == 0:
            # The last script holds: the client has left in the middle of it.
            await server.client_left()
    return status


def write_scripts(server: FakeTgi) -> None:
    """One for each request of `official_client.py` that reaches the model, in the same order."""
    for _ in ("sync", "async"):
        server.will_answer("Hello", " there")
        server.will_answer("a", finish_reason="length")
        server.will_answer("a", "\nHuman:", finish_reason="stop_sequence")
        server.will_answer(KEEP_ALIVE, "naïve ", "👩🏽‍💻", KEEP_ALIVE, " 漢字")
        for status, error_type in ((424, "generation"), (429, "overloaded"), (500, "incomplete_generation")):
            server.will_answer(status=status, error_type=error_type)
            server.will_answer("a", error_type=error_type)
        for _ in ("the prompt is too long", "the same, as a stream"):
            server.will_answer("never said")
    server.will_answer("a", HOLD)


if __name__ == "__main__":
    sys.exit(main())
