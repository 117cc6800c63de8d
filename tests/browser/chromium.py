"""The machine's own Chromium, for tests, pictures and measurements."""

import shutil
from collections.abc import Mapping, Sequence

from playwright.sync_api import Browser, BrowserType, Page, Playwright

# The shell is the same browser without its window, which nobody sees in a test and which costs an eighth more.
_SHELL = "chromium-headless-shell"
_WHOLE = ("chromium", "chromium-browser", "google-chrome")
# Chromium's own background traffic would knock on hosts that a closed network does not have.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def launch(playwright: Playwright, *flags: str) -> Browser:
    return _launch(playwright.chromium, [*_FLAGS, *flags])


def launch_whole(playwright: Playwright) -> Browser:
    """As people have it, where it is installed: for pictures and measurements."""
    return _launch(playwright.chromium, _FLAGS, (*_WHOLE, _SHELL))


def launch_with_hosts(other: Browser, hosts: Mapping[str, int]) -> Browser:
    """Another one, for which these hosts are ports of this machine, and which keeps cookies of framed sites apart."""
    rules = ",".join(f"MAP {host} 127.0.0.1:{port}" for host, port in hosts.items())
    return _launch(
        other.browser_type, [*_FLAGS, "--test-third-party-cookie-phaseout", f"--host-resolver-rules={rules}"]
    )


def _launch(kind: BrowserType, flags: list[str], names: Sequence[str] = (_SHELL, *_WHOLE)) -> Browser:
    executable = next(filter(None, map(shutil.which, names)), None)
    assert executable, "no Chromium: `make test` installs it, or says what to install"
    return kind.launch(executable_path=executable, args=flags)


def visit(page: Page, url: str) -> None:
    """Open the chat page, and wait until it shows what it has to show: faster than any person, a test could type into
    a box that does not work yet."""
    page.goto(url)
    page.locator("[data-conversation]").first.wait_for()


def wait_until(page: Page, condition: str, arg: object = None) -> None:
    """Until a function of the page says so, asked in each frame. Playwright's own `wait_for_function` compiles its text
    anew each time, which the page's policy forbids."""
    page.evaluate(
        f"""(arg) => new Promise((done, fail) => {{
            const condition = {condition}, last = performance.now() + 30000;
            const look = () => condition(arg) ? done()
                : performance.now() > last ? fail(Error(`never: ${{condition}}`)) : requestAnimationFrame(look);
            look();
        }})""",
        arg,
    )
