"""What a browser tells of a page that is open in it: when it could be typed into, when words came, what its frames and
its main thread took, what it was sent. Knows nothing of which page it is.
"""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

BOX = "textarea:visible"
SETTLE = 1.0
# From the first line of the document on: when the box could be used, and (on our page) all is there that a visit shows.
READY = """(() => {
  const seen = (window.seen = { longest: 0 });
  const look = (now) => {
    const box = !seen.box && document.querySelector("textarea");
    if (box && box.checkVisibility() && !box.disabled) seen.box = performance.now();
    if (!seen.shown && document.querySelector("[data-conversation]")) seen.shown = performance.now();
    if (seen.frame) seen.longest = Math.max(seen.longest, now - seen.frame);
    seen.frame = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
ALL_SHOWN = """() => new Promise((resolve) => {
  const look = () => {
    if (seen.box && (seen.shown || !document.querySelector("#sidebar"))) resolve();
    else setTimeout(look, 20);
  };
  look();
})"""
# Looks at what was changed, in the page itself: asking from outside would add a way there and back, and reading all of
# a long conversation at each change would be most of what is measured.
WATCH = """([first, last]) => {
  Object.assign(seen, { start: 0, first: 0, longest: 0 });
  for (const kind of ["keydown", "click"]) document.addEventListener(kind, (event) => {
    if (event.type === "click" || event.key === "Enter") seen.start ||= performance.now();
  }, true);
  seen.end = new Promise((resolve) => new MutationObserver((changes, observer) => {
    for (const { target, addedNodes } of changes) for (const node of [...addedNodes, target]) {
      const text = node.nodeType === Node.TEXT_NODE || node !== target ? node.textContent : "";
      if (!seen.first && text.includes(first)) seen.first = performance.now();
      if (!text.includes(last)) continue;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true }));
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Seconds from the key or the click."""

    first: float
    last: float
    """Painted."""
    longest_frame: float
    """From there until a second after the last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    ready: float
    """Seconds until the box can be typed into."""
    shown: float
    """Until side bar and conversation are there too; 0 for a page that has none."""
    requests: int
    """Over the network: not what the browser's cache has."""
    bytes: int


class WatchedPage:
    """A tab of its own."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(READY)
        self._tools: CDPSession = context.new_cdp_session(self.page)
        self._tools.send("Network.enable")
        # The thread's own time: what other processes take of the machine is not in it.
        self._tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._cached: set[str] = set()
        self._sizes: dict[str, int] = {}
        self._tools.on("Network.requestServedFromCache", lambda event: self._cached.add(event["requestId"]))
        self._tools.on("Network.responseReceived", self._answered)
        self._tools.on("Network.loadingFinished", self._loaded)

    def open(self, url: str) -> Load:
        self.page.goto(url)
        self.page.evaluate(ALL_SHOWN)
        self.page.wait_for_timeout(1000)  # for whatever a page still does after its box is there
        box, shown = self.page.evaluate("[seen.box, seen.shown ?? 0]")
        sizes = {request: size for request, size in self._sizes.items() if request not in self._cached}
        return Load(ready=box / 1000, shown=shown / 1000, requests=len(sizes), bytes=sum(sizes.values()))

    def throttle(self, latency: float, rate: float) -> None:
        """From now on: milliseconds, and bytes a second."""
        conditions = {"offline": False, "latency": latency, "downloadThroughput": rate, "uploadThroughput": rate}
        self._tools.send("Network.emulateNetworkConditions", conditions)

    def ask(self, first: str, last: str, settle: float = SETTLE) -> Words:
        """Until the answer that begins and ends with these words is there; frames are looked at for `settle` more."""
        self.page.evaluate(WATCH, [first, last])
        box = self.page.locator(BOX).first
        box.fill("Go on")
        box.press("Enter")
        return self._words(settle)

    def click(self, link: str, last: str) -> Words:
        self.page.evaluate(WATCH, [last, last])
        self.page.get_by_role("link", name=link).click()
        return self._words(SETTLE)

    def _words(self, settle: float) -> Words:
        end = self.page.evaluate("seen.end")
        self.page.wait_for_timeout(1000 * settle)
        start, first, longest = self.page.evaluate("[seen.start, seen.first, seen.longest]")
        return Words(first=(first - start) / 1000, last=(end - start) / 1000, longest_frame=longest / 1000)

    def main_thread(self) -> float:
        """Seconds of work since it was opened."""
        return self._metric("TaskDuration")

    def heap(self) -> int:
        """Bytes of JavaScript's objects that are in use."""
        self._tools.send("HeapProfiler.collectGarbage")
        return int(self._metric("JSHeapUsedSize"))

    def nodes(self) -> int:
        return int(self._metric("Nodes"))

    def _metric(self, name: str) -> float:
        metrics: list[dict[str, Any]] = self._tools.send("Performance.getMetrics")["metrics"]
        return next(float(each["value"]) for each in metrics if each["name"] == name)

    def _answered(self, event: dict[str, Any]) -> None:
        if event["response"].get("fromDiskCache"):
            self._cached.add(event["requestId"])

    def _loaded(self, event: dict[str, Any]) -> None:
        self._sizes[event["requestId"]] = int(event["encodedDataLength"])
