"""What a newcomer waits for and downloads: a clone, `make run`, a question, its answer.

    python -m benchmarks.fresh_clone

Packages come from wherever pip is set up to get them; the seconds are this machine's and its network's.
"""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import httpx2
from playwright.sync_api import sync_playwright

from tests.app_process import ROOT, free_port
from tests.browser.chromium import launch_whole, visit

TEN_MINUTES = 600.0
MIB = 1 << 20


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def wait_for(url: str) -> None:
    deadline = time.monotonic() + TEN_MINUTES
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(url)


def first_answer(url: str) -> None:
    with sync_playwright() as playwright:
        browser = launch_whole(playwright)
        page = browser.new_page()
        visit(page, url)
        page.get_by_role("textbox", name="Message").fill("How do I reverse a list in Python?")
        page.get_by_role("button", name="Send").click()
        page.get_by_role("button", name="Regenerate").wait_for(timeout=TEN_MINUTES * 1000)
        browser.close()


def main() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        began = time.perf_counter()
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        running = subprocess.Popen(
            ["make", "run"], cwd=clone, env=os.environ | {"ASSISTANT_PORT": str(port)}, start_new_session=True
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            print(f"clone to page served    {time.perf_counter() - began:6.1f} s", flush=True)
            first_answer(f"http://127.0.0.1:{port}")
            print(f"clone to first answer   {time.perf_counter() - began:6.1f} s")
            print(f"installed               {size(clone / '.venv') / MIB:6.0f} MiB")
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait()


if __name__ == "__main__":
    main()
