"""The app calls nobody by itself: no statistics, no look for newer versions, whatever Gradio does by default."""

import os
import subprocess
import sys
from pathlib import Path

from tests.app_process import ROOT

# An audit hook sees every connection of every thread, and this process ends when its threads have.
WATCHED = """
import atexit, sys
from pathlib import Path

asked = []

def note(event, values):
    if event == "socket.getaddrinfo":
        asked.append(str(values[0]))
    elif event == "socket.connect" and isinstance(values[1], tuple):
        asked.append(str(values[1][0]))

sys.addaudithook(note)
atexit.register(lambda: print("asked:", sorted({*asked} - {"127.0.0.1", "localhost", "None"})))

from tests.page_requests import PageRequests
from tests.web_app import web_app

with web_app(Path(sys.argv[1])) as running:
    running.model.will_say(" Nobody.")
    assert PageRequests(running.client).do("send", message="Who is asked?")
"""


def test_from_import_to_an_answer_nobody_is_called(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTANT_", "GRADIO_"))}
    environment |= {"GRADIO_ANALYTICS_ENABLED": "True", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(tmp_path)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "asked: []"
