"""What the page adds to the engine: time to the first and the last word, beside a bare gr.ChatInterface.

    python -m benchmarks.page

One browser, one engine that says 100 words, one every 20 ms; the pages take turns. Seconds from pressing Enter until
the word is in the document: medians, least and most of the rounds. The database is written to as always.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2
import openai
from playwright.sync_api import Page, sync_playwright

from benchmarks.paced import WORDS
from tests.app_process import ROOT, free_port
from tests.browser.chromium import launch

ROUNDS = 7
FIRST, LAST = WORDS[0].strip(), WORDS[-1].strip()
# Looks at every change of the document, in the page itself: asking from outside would add a way there and back.
WATCH = """([first, last]) => {
  const seen = (window.seen = {});
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter") seen.start ??= performance.now();
  }, true);
  seen.end = new Promise((resolve) => new MutationObserver(() => {
    const text = document.body.textContent;
    if (!seen.first && text.includes(first)) seen.first = performance.now();
    if (text.includes(last)) resolve(performance.now());
  }).observe(document.body, { childList: true, subtree: true, characterData: true }));
}"""
Times = tuple[float, float]


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    running = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.paced", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


def wait_for(url: str) -> None:
    while True:
        try:
            if httpx2.get(url).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)


def on_page(page: Page, url: str) -> Times:
    page.goto(url)
    page.locator("textarea:visible").first.wait_for()
    page.wait_for_timeout(1000)  # for whatever a page still does after its box is there
    page.evaluate(WATCH, [FIRST, LAST])
    box = page.locator("textarea:visible").first
    box.fill("Go on")
    box.press("Enter")
    last = page.evaluate("seen.end")
    start, first = page.evaluate("[seen.start, seen.first]")
    return (first - start) / 1000, (last - start) / 1000


def engine_alone(client: openai.OpenAI) -> Times:
    began, first, last = time.perf_counter(), 0.0, 0.0
    for event in client.completions.create(model="paced", prompt="Go on", stream=True):
        if event.choices and event.choices[0].text:
            last = time.perf_counter() - began
            first = first or last
    return first, last


def report(name: str, rounds: list[Times]) -> None:
    for what, values in zip(("first word", "last word"), zip(*rounds, strict=True), strict=True):
        print(f"{name:18} {what:10} {statistics.median(values):6.3f} s   ({min(values):.3f} to {max(values):.3f})")


def main() -> None:
    ports = free_port(), free_port()
    with tempfile.TemporaryDirectory() as data, process("engine") as engine:
        address = engine.stdout.readline().strip() if engine.stdout else ""
        own, bare = (f"http://127.0.0.1:{port}" for port in ports)
        with process("app", str(ports[0]), address, data), process("bare", str(ports[1]), address):
            wait_for(f"{own}/readyz")
            wait_for(bare)
            with sync_playwright() as playwright:
                browser = launch(playwright)
                page = browser.new_page()
                client = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
                ways: dict[str, Callable[[], Times]] = {
                    "engine alone": lambda: engine_alone(client),
                    "this app": lambda: on_page(page, own),
                    "gr.ChatInterface": lambda: on_page(page, bare),
                }
                measure(ways)
                browser.close()


def measure(ways: dict[str, Callable[[], Times]]) -> None:
    rounds: dict[str, list[Times]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # the first round fills caches
    for _ in range(ROUNDS):
        for name, way in ways.items():
            rounds[name].append(way())
    for name, times in rounds.items():
        report(name, times)


if __name__ == "__main__":
    main()
