"""Pictures of the main states of the pages, at three widths, light and dark, in two languages, made by the real app and
model. To be looked at with one's own eyes.

python -m benchmarks.screenshots             into docs/: README's pictures, and those of docs/screenshots.md
python -m benchmarks.screenshots FOLDER      each picture alone and whole, into FOLDER
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.app_process import ROOT, AppProcess
from tests.browser.asking import ANSWER_TIME, LONG_QUESTION, answers, ask, keep_it_short
from tests.browser.chromium import launch_whole, visit
from tests.browser.publishing import press_publish

EARLIER = ("What does git rebase do?", "Explain the difference between a list and a tuple in Python.")
QUESTION = "Write a Python function that checks whether a number is even."
SEED, OTHER_SEED = "1", "2"
"""The answers differ; with these they are short, and right."""
DOCS = ROOT / "docs"
WIDTHS, HEIGHT = (1280, 768, 320), 800
THEMES = ("light", "dark")
README = {("light", 1280, "en"): "light", ("dark", 1280, "en"): "dark", ("light", 320, "en"): "phone",
          ("light", 1280, "zh-CN"): "chinese"}  # fmt: skip
GAP = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a few conversations, one of them shared."""

    app: str
    closed: str
    """Another app, which asks for a sign-in first."""
    kept: StorageState
    """What their browser keeps, by which other windows are theirs too."""
    conversation: str
    link: str


def begin(browser: Browser, app: AppProcess, closed: AppProcess) -> Person:
    page = browser.new_context().new_page()
    visit(page, app.url)
    keep_it_short(page)
    for question in EARLIER:
        ask_and_wait(page, question)
        page.get_by_role("button", name="New chat").click()
    visit(page, app.url)
    set_seed(page)
    ask_and_wait(page, QUESTION)
    conversation = page.url.partition("c=")[2]
    page.get_by_role("link", name="Share", exact=True).click()
    press_publish(page)
    link = page.get_by_role("textbox", name="Link", exact=True).input_value()
    kept = page.context.storage_state()
    page.context.close()
    return Person(app=app.url, closed=closed.url, kept=kept, conversation=conversation, link=link)


def set_seed(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("textbox", name="Seed").fill(SEED)
    page.get_by_role("button", name="Settings").click()


def nothing_has_the_focus(page: Page) -> None:
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def ask_and_wait(page: Page, question: str) -> None:
    ask(page, question)
    page.get_by_role("button", name="Regenerate").wait_for(timeout=ANSWER_TIME)


# The states


def welcome(page: Page, person: Person) -> None:
    visit(page, person.app)
    page.locator("#meter .bar").wait_for()


def conversation(page: Page, person: Person) -> None:
    visit(page, f"{person.app}/?c={person.conversation}")
    page.locator("#meter .bar").wait_for()
    nothing_has_the_focus(page)


def settings(page: Page, person: Person) -> None:
    welcome(page, person)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("textbox", name="Seed").wait_for()
    page.get_by_text("What the model reads first").wait_for()


def what_the_model_saw(page: Page, person: Person) -> None:
    conversation(page, person)
    page.get_by_role("button", name="What the model saw").click()
    page.get_by_role("dialog").wait_for()


def search(page: Page, person: Person) -> None:
    conversation(page, person)
    switch = page.get_by_role("button", name="Show side bar")
    if switch.is_visible():
        switch.click()
    page.get_by_role("searchbox").press_sequentially("number")
    page.locator("#found li").first.wait_for()


def error(page: Page, person: Person) -> None:
    page.goto(f"{person.app}/?c=nowhere")
    page.get_by_role("alert").wait_for()
    page.locator("#meter .bar").wait_for()


def share_preview(page: Page, person: Person) -> None:
    page.goto(f"{person.app}/shares/new/{person.conversation}")


def shared_page(page: Page, person: Person) -> None:
    page.goto(person.link)


def my_shared_pages(page: Page, person: Person) -> None:
    page.goto(f"{person.app}/shares")


def attachments(page: Page, person: Person) -> None:
    conversation(page, person)
    file = ROOT / "assistant" / "figures.py"
    # The meter counts them too.
    with page.expect_response("**/context"):
        page.get_by_label("Attach files").set_input_files(file)
    page.get_by_role("button", name=f"Remove {file.name}").wait_for()


def side_by_side(page: Page, person: Person) -> None:
    visit_as_somebody_else(page, person)
    set_seed(page)
    ask_and_wait(page, QUESTION)
    page.get_by_label("Compare", exact=True).click()
    form = page.get_by_role("form", name="A second answer")
    form.get_by_role("textbox", name="Seed").fill(OTHER_SEED)
    form.get_by_role("button", name="Answer beside it").click()
    page.get_by_role("button", name="Keep this one").nth(1).wait_for(timeout=ANSWER_TIME)
    nothing_has_the_focus(page)


def offline(page: Page, person: Person) -> None:
    conversation(page, person)
    page.route("**/here", lambda route: route.abort())
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.get_by_role("button", name="Try now").wait_for()


def shortcuts(page: Page, person: Person) -> None:
    conversation(page, person)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def sign_in(page: Page, person: Person) -> None:
    page.goto(person.closed)


def streaming(page: Page, person: Person) -> None:
    visit_as_somebody_else(page, person)
    set_seed(page)
    ask(page, LONG_QUESTION)
    answers(page).last.locator("p, li, pre").nth(2).wait_for(timeout=ANSWER_TIME)


def visit_as_somebody_else(page: Page, person: Person) -> None:
    """What is asked in a picture is in no other picture's list."""
    page.context.clear_cookies()
    visit(page, person.app)


STATES: tuple[Callable[[Page, Person], None], ...] = (
    welcome, conversation, settings, what_the_model_saw, search, attachments, side_by_side, error, offline, shortcuts,
    share_preview, shared_page, my_shared_pages, sign_in, streaming,
)  # fmt: skip
IN_CHINESE = (welcome, conversation, shared_page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    state: str
    theme: str
    width: int
    language: str
    image: Image.Image


def pictures(browser: Browser, person: Person) -> Iterator[Picture]:
    for language, theme, width in product(("en", "zh-CN"), THEMES, WIDTHS):
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            color_scheme=theme,
            locale=language,
            storage_state=person.kept,
        )
        for state in STATES if language == "en" else IN_CHINESE:
            # What a state leaves in its page is not in the next one's, nor is who somebody else was.
            context.add_cookies(person.kept["cookies"])
            page = context.new_page()
            state(page, person)
            image = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
            yield Picture(state=state.__name__, theme=theme, width=width, language=language, image=image)
            page.close()
        context.close()
        print(language, theme, width)


def keep_in_docs(taken: list[Picture]) -> None:
    album = DOCS / "screenshots"
    album.mkdir(exist_ok=True)
    for picture in taken:
        name = README.get((picture.theme, picture.width, picture.language))
        if name and picture.state == "conversation":
            keep(picture.image, DOCS / f"{name}.webp")
    for state, language in dict.fromkeys((picture.state, picture.language) for picture in taken):
        of_state = [each for each in taken if (each.state, each.language) == (state, language)]
        keep(together(of_state), album / album_name(state, language))


def album_name(state: str, language: str) -> str:
    name = state if language == "en" else f"{state}-{language}"
    return f"{name.replace('_', '-')}.webp"


def together(taken: list[Picture]) -> Image.Image:
    """A row for each theme, a column for each width."""
    whole = Image.new("RGB", (sum(WIDTHS) + GAP * (len(WIDTHS) - 1), (HEIGHT + GAP) * len(THEMES) - GAP), "#808080")
    for each in taken:
        before = WIDTHS[: WIDTHS.index(each.width)]
        whole.paste(each.image, (sum(before) + GAP * len(before), (HEIGHT + GAP) * THEMES.index(each.theme)))
    return whole


def keep(image: Image.Image, path: Path) -> None:
    """With the 256 colours that cover its own: a third smaller, and no colour differs by more than is seen."""
    few = image.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.convert("RGB").save(path, lossless=True, method=6)


def main() -> None:
    # Nobody is at the address of its provider: only the page before signing in is shown.
    provider = {"oidc_provider_url": "http://127.0.0.1:9", "oidc_client_id": "x", "oidc_name": "Example"}
    with (
        tempfile.TemporaryDirectory() as data,
        tempfile.TemporaryDirectory() as other,
        AppProcess(Path(data)) as app,
        AppProcess(Path(other), sign_in_required="true", **provider) as closed,
        sync_playwright() as playwright,
    ):
        app.wait_until_ready()
        browser = launch_whole(playwright)
        taken = list(pictures(browser, begin(browser, app, closed)))
        browser.close()
    if len(sys.argv) == 1:
        keep_in_docs(taken)
        return
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for each in taken:
        each.image.save(folder / f"{each.state}-{each.theme}-{each.width}-{each.language}.png")


if __name__ == "__main__":
    main()
