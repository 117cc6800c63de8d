"""The machine's own Chromium, for tests, pictures and measurements."""

import shutil

from playwright.sync_api import Browser, Page, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium's own background traffic would knock on hosts that a closed network does not have.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def launch(playwright: Playwright) -> Browser:
    executable = next(filter(None, map(shutil.which, _NAMES)), None)
    assert executable, "no Chromium: `make test` installs it, or says what to install"
    return playwright.chromium.launch(executable_path=executable, args=_FLAGS)


def visit(page: Page, url: str) -> None:
    """Open the chat page, and wait until it shows what it has to show: faster than any person, a test could type into
    a box that does not work yet."""
    page.goto(url)
    page.locator("[data-conversation]").first.wait_for()
