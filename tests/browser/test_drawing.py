"""How much of a long conversation a browser has to draw: a page that draws all of it with each word stands still for
those who read it on a phone."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.asking import QUESTION, ask, wait_for_end
from tests.browser.keeping import Keep, keep_and_open

CODE = "Like this:\n\n```python\n" + "print(len([1, 2, 3]), 'words')\n" * 20 + "```\n"


def test_a_turn_draws_only_the_end_of_a_long_conversation_anew(page: Page, keep: Keep) -> None:
    articles = keep_and_open(page, keep, [f"Words, number {number}." for number in range(60)])
    expect(articles).to_have_count(60)
    # What is drawn anew has lost the mark.
    page.evaluate("document.querySelectorAll('#log article').forEach((article) => (article.dataset.seen = ''))")
    ask(page, QUESTION)
    wait_for_end(page, 31)
    expect(articles).to_have_count(62)
    expect(articles.filter(has_text="number 0.")).to_have_attribute("data-seen", "")
    expect(page.locator("article[data-seen]")).to_have_count(40)
    gap = page.evaluate("""() => {
        const boxes = [...document.querySelectorAll("#log article")].map((each) => each.getBoundingClientRect());
        return [38, 39, 40].map((at) => boxes[at + 1].top - boxes[at].bottom);
    }""")
    assert gap[0] == gap[1] == gap[2]


def test_a_word_that_comes_has_nothing_styled_but_itself(paced: Page, keep: Keep, tmp_path: Path) -> None:
    expect(keep_and_open(paced, keep, ["How?", CODE] * 6)).to_have_count(12)
    browser = paced.context.browser
    assert browser
    browser.start_tracing(page=paced, path=tmp_path / "trace.json", categories=["devtools.timeline"])
    ask(paced, QUESTION)
    expect(paced.get_by_text("Line 30 of an answer")).to_be_visible()
    browser.stop_tracing()
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    styled = [event["args"]["elementCount"] for event in events if event["name"] == "UpdateLayoutTree"]
    # The code alone has a thousand elements: with the question they are drawn, and not again.
    assert 0 < sum(count > 500 for count in styled) < 6
