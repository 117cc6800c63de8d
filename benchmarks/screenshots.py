"""The README's pictures, and on request every look of the pages, to be looked at with one's own eyes.

python -m benchmarks.screenshots             light, dark and phone, into docs/
python -m benchmarks.screenshots FOLDER      light, dark, desktop and phone, of each page, into FOLDER
"""

import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.app_process import ROOT, AppProcess
from tests.browser.chromium import launch, visit

QUESTION = "How do I reverse a list in Python?"
DOCS = ROOT / "docs"
COLOURS = 128
"""Of a picture in docs/: enough for a page, and a third of the bytes."""
ANSWER_TIME = 60_000


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    dark: bool
    width: int
    height: int

    def page(self, browser: Browser) -> Page:
        context = browser.new_context(
            viewport={"width": self.width, "height": self.height},
            color_scheme="dark" if self.dark else "light",
            device_scale_factor=1,
        )
        return context.new_page()


LOOKS = (
    Look("light", dark=False, width=1280, height=800),
    Look("dark", dark=True, width=1280, height=800),
    Look("phone", dark=False, width=390, height=760),
    Look("phone-dark", dark=True, width=390, height=760),
)


def ask(page: Page, app: AppProcess) -> None:
    visit(page, app.url)
    page.get_by_role("textbox", name="Message").fill(QUESTION)
    # The answers differ; this seed's is short, and its code works.
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("textbox", name="Seed").fill("6")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Regenerate").wait_for(timeout=ANSWER_TIME)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def pictures(browser: Browser, app: AppProcess) -> None:
    for look in LOOKS[:3]:
        page = look.page(browser)
        ask(page, app)
        with Image.open(BytesIO(page.screenshot())) as taken:
            taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
                DOCS / f"{look.name}.png", optimize=True
            )
        page.context.close()
        print(look.name)


def album(browser: Browser, app: AppProcess, folder: Path) -> None:
    for look in LOOKS:
        page = look.page(browser)
        visit(page, app.url)
        page.screenshot(path=folder / f"{look.name}-welcome.png")
        ask(page, app)
        page.screenshot(path=folder / f"{look.name}-answer.png")
        page.get_by_role("button", name="Settings").click()
        page.screenshot(path=folder / f"{look.name}-settings.png", full_page=True)
        page.get_by_role("link", name="Share", exact=True).click()
        page.screenshot(path=folder / f"{look.name}-share.png", full_page=True)
        page.get_by_role("button", name="Publish").click()
        link = page.get_by_role("textbox", name="Link", exact=True).input_value()
        page.goto(link)
        page.screenshot(path=folder / f"{look.name}-shared.png", full_page=True)
        page.goto(f"{app.url}/?c=nowhere")
        page.get_by_role("alert").wait_for()
        page.screenshot(path=folder / f"{look.name}-unknown.png")
        page.context.close()
        print(look.name)


def main() -> None:
    with tempfile.TemporaryDirectory() as data, AppProcess(Path(data)) as app, sync_playwright() as playwright:
        app.wait_until_ready()
        browser = launch(playwright)
        if len(sys.argv) > 1:
            folder = Path(sys.argv[1])
            folder.mkdir(parents=True, exist_ok=True)
            album(browser, app, folder)
        else:
            pictures(browser, app)
        browser.close()


if __name__ == "__main__":
    main()
