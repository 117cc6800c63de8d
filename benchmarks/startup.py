"""How soon the app is there and what it holds: start to page, start to model ready, memory without and with the model.

    python -m benchmarks.startup

Medians of several starts of `python app.py` on a fresh data folder. Memory is the process's resident set; with the
model it is taken after an answer.
"""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.app_process import AppProcess
from tests.browser.chromium import launch_whole, visit

ROUNDS = 3
ANSWER_TIME = 120_000
MIB = 1 << 20


def start(folder: Path) -> tuple[float, float]:
    began = time.perf_counter()
    with AppProcess(folder) as app:
        served = time.perf_counter() - began
        app.wait_until_ready()
        return served, time.perf_counter() - began


def memory_without_model(browser: Browser, folder: Path) -> int:
    with AppProcess(folder, model=str(folder / "no-such-model.gguf")) as app:
        page = browser.new_page()
        visit(page, app.url)
        return app.memory()


def memory_with_model(browser: Browser, folder: Path) -> int:
    with AppProcess(folder) as app:
        app.wait_until_ready()
        page = browser.new_page()
        visit(page, app.url)
        page.get_by_role("textbox", name="Message").fill("How do I reverse a list in Python?")
        page.get_by_role("button", name="Send").click()
        page.get_by_role("button", name="Regenerate").wait_for(timeout=ANSWER_TIME)
        return app.memory()


def fresh() -> Path:
    return Path(tempfile.mkdtemp(prefix="startup-"))


def main() -> None:
    starts = [start(fresh()) for _ in range(ROUNDS)]
    served, ready = (statistics.median(values) for values in zip(*starts, strict=True))
    print(f"start to page served          {served:6.1f} s")
    print(f"start to first answer begun   {ready:6.1f} s")
    with sync_playwright() as playwright:
        browser = launch_whole(playwright)
        print(f"memory without the model      {memory_without_model(browser, fresh()) / MIB:6.0f} MiB")
        print(f"memory with it, after answers {memory_with_model(browser, fresh()) / MIB:6.0f} MiB")
        browser.close()


if __name__ == "__main__":
    main()
