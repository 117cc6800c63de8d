"""What the page takes of a browser, beside a bare gr.ChatInterface on the same engine.

    python -m benchmarks.page [load] [words] [long] [open] [memory] [--rounds 5] [--answers 500]

One browser, one engine that says words at a pace; the pages take turns, so that what else the machine does meets both.
Medians of the rounds, and the least and the most of them. The main thread's time is its own, without what others took.
load: first visit and second; over the network of this machine, and over one of 10 Mbit/s and 40 ms.
words: from Enter to the first and the last of 100 words, one every 20 ms. The database is written to as always.
long: 500 words, one every 10 ms, into a conversation of 100 messages with 50 blocks of code.
open: from a click in the list to 200 messages, 100 blocks of code among them, painted.
memory: of the page's scripts and its document, after many answers in one conversation.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import httpx2
import openai
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.long_conversations import document
from benchmarks.paced import words
from benchmarks.page_watch import Load, WatchedPage
from tests.app_process import ROOT, free_port
from tests.browser.chromium import launch_whole

OWN, BARE, ENGINE = "this app", "gr.ChatInterface", "engine alone"
LAST_OF_HISTORY = "raises FileNotFoundError"
MIB = 1 << 20
Figures = dict[str, float]
"""By what is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Both pages, served, and a browser to look at them with."""

    browser: Browser
    engine: str
    pages: Mapping[str, str]
    """Address by name."""

    def person(self) -> BrowserContext:
        """Somebody who has never been here."""
        return self.browser.new_context(viewport={"width": 1280, "height": 800})

    def owner_of(self, title: str, messages: int) -> tuple[BrowserContext, str]:
        """Somebody with such a conversation in this app; and its address."""
        person = self.person()
        own = self.pages[OWN]
        person.request.get(own)
        taken = person.request.post(f"{own}/import", data=document(title, messages).encode())
        assert taken.ok, taken.text()
        page = person.new_page()
        page.goto(own)
        link = page.get_by_role("link", name=title)
        address = link.get_attribute("href") or ""
        page.close()
        return person, own + address


@contextmanager
def process(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.paced", *map(str, arguments)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


@contextmanager
def stand(browser: Browser, count: int, pace: float, messages: int = 0) -> Iterator[Stand]:
    """An engine that says `count` words; the bare page opens with a conversation of so many messages."""
    ports = free_port(), free_port()
    with ExitStack() as running:
        data = running.enter_context(tempfile.TemporaryDirectory())
        engine = running.enter_context(process("engine", count, pace))
        address = engine.stdout.readline().strip() if engine.stdout else ""
        own, bare = (f"http://127.0.0.1:{port}" for port in ports)
        running.enter_context(process("app", ports[0], address, data))
        running.enter_context(process("bare", ports[1], address, messages))
        wait_for(f"{own}/readyz")
        wait_for(bare)
        yield Stand(browser=browser, engine=address, pages={OWN: own, BARE: bare})


def wait_for(url: str) -> None:
    while True:
        try:
            if httpx2.get(url, timeout=30).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)


def measure_load(browser: Browser, rounds: int) -> None:
    with stand(browser, 1, 0) as there:
        for network, conditions in (("", None), (" at 10 Mbit/s, 40 ms", (40.0, 10e6 / 8))):
            ways = {name: partial(loads, there, name, network, conditions) for name in there.pages}
            report(in_turns(ways, rounds))


def loads(there: Stand, name: str, network: str, conditions: tuple[float, float] | None) -> Figures:
    person = there.person()
    figures: Figures = {}
    for visit in ("first visit", "second visit"):
        tab = WatchedPage(person)
        if conditions:
            tab.throttle(*conditions)
        load: Load = tab.open(there.pages[name])
        tab.page.close()
        figures |= {f"{visit}{network}: ready to type, s": load.ready, f"{visit}{network}: all shown, s": load.shown}
        if not conditions:
            figures |= {f"{visit}: requests": load.requests, f"{visit}: KiB": load.bytes / 1024}
    person.close()
    return figures


def measure_words(browser: Browser, rounds: int) -> None:
    with stand(browser, 100, 0.02) as there:
        asking = {name: partial(asked_by_a_stranger, there, name, 100) for name in there.pages}
        report(in_turns({ENGINE: partial(engine_alone, there.engine), **asking}, rounds))


def asked_by_a_stranger(there: Stand, name: str, count: int) -> Figures:
    return asked(there.person(), there.pages[name], count)


def asked(person: BrowserContext, url: str, count: int) -> Figures:
    tab = WatchedPage(person)
    tab.open(url)
    before = tab.main_thread()
    said = words(count)
    heard = tab.ask(said[0].strip(), said[-1].strip())
    worked = tab.main_thread() - before
    person.close()
    return {
        "first word, s": heard.first,
        "last word, s": heard.last,
        "longest frame, ms": 1000 * heard.longest_frame,
        "main thread, s": worked,
    }


def engine_alone(address: str) -> Figures:
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="none")
    began, first, last = time.perf_counter(), 0.0, 0.0
    for event in client.completions.create(model="paced", prompt="Go on", stream=True):
        if event.choices and event.choices[0].text:
            last = time.perf_counter() - began
            first = first or last
    return {"first word, s": first, "last word, s": last}


def measure_long(browser: Browser, rounds: int) -> None:
    with stand(browser, 500, 0.01, messages=100) as there:
        ways: dict[str, Callable[[], Figures]] = {
            ENGINE: partial(engine_alone, there.engine),
            OWN: lambda: asked(*there.owner_of("one hundred", 100), 500),
            BARE: partial(asked_by_a_stranger, there, BARE, 500),
        }
        report(in_turns(ways, rounds))


def measure_open(browser: Browser, rounds: int) -> None:
    with stand(browser, 1, 0) as there:
        person, _ = there.owner_of("two hundred", 200)

        def opened() -> Figures:
            tab = WatchedPage(person)
            tab.open(there.pages[OWN])
            before = tab.main_thread()
            seen = tab.click("two hundred", LAST_OF_HISTORY)
            worked = tab.main_thread() - before
            tab.page.close()
            return {"200 messages painted, s": seen.last, "main thread, s": worked}

        report(in_turns({OWN: opened}, rounds))


def measure_memory(browser: Browser, answers: int) -> None:
    with stand(browser, 20, 0) as there:
        for name, url in there.pages.items():
            tab = WatchedPage(there.person())
            tab.open(url)
            at_first = {"after 1 answer": many(tab, 1)}
            later = {f"after {answers} answers": many(tab, answers - 1)}
            told = {
                f"{when}: {what}": value for when, each in (at_first | later).items() for what, value in each.items()
            }
            # At once: the bare page takes more than half an hour for five hundred.
            report({name: [told]})
            tab.page.context.close()


def many(tab: WatchedPage, answers: int) -> Figures:
    last = 0.0
    for _ in range(answers):
        last = tab.ask("word0.", "word19.", settle=0.05).last
    tab.page.wait_for_timeout(1000)
    return {"heap, MiB": tab.heap() / MIB, "nodes": tab.nodes(), "last word of the last one, s": last}


def in_turns(ways: Mapping[str, Callable[[], Figures]], rounds: int) -> dict[str, list[Figures]]:
    for way in ways.values():
        way()  # the first round fills caches
    measured: dict[str, list[Figures]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            measured[name].append(way())
    return measured


def report(measured: Mapping[str, Sequence[Figures]]) -> None:
    """A table, in Markdown; the figures' names are those of the first that has them."""
    names = dict.fromkeys(what for rounds in measured.values() for what in rounds[0])
    print("\n| | " + " | ".join(measured) + " |\n|---" + "|---" * len(measured) + "|")
    for what in names:
        told = [shown([each[what] for each in rounds if what in each]) for rounds in measured.values()]
        print(f"| {what} | " + " | ".join(told) + " |", flush=True)


def shown(values: Sequence[float]) -> str:
    if not values:
        return ""
    middle = statistics.median(values)
    digits = 3 if middle < 10 else 0
    return f"{middle:.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sections: dict[str, Callable[[Browser, argparse.Namespace], None]] = {
        "load": lambda browser, given: measure_load(browser, given.rounds),
        "words": lambda browser, given: measure_words(browser, given.rounds),
        "long": lambda browser, given: measure_long(browser, given.rounds),
        "open": lambda browser, given: measure_open(browser, given.rounds),
        "memory": lambda browser, given: measure_memory(browser, given.answers),
    }
    parser.add_argument("sections", nargs="*", choices=[[], *sections], default=[])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--answers", type=int, default=500)
    given = parser.parse_args()
    with sync_playwright() as playwright:
        browser = launch_whole(playwright)
        for name in given.sections or sections:
            print(f"\n{name}", flush=True)
            sections[name](browser, given)
        browser.close()


if __name__ == "__main__":
    main()
