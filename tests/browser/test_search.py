"""Finding what was asked and answered, in Chromium. Long and old conversations are put into the app's own database."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import QUESTION, ask, wait_for_end
from tests.browser.chromium import wait_until
from tests.browser.keeping import Keep, keep_and_open


def box(page: Page) -> Locator:
    return page.get_by_role("search").get_by_role("searchbox", name="Search conversations")


def results(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Search results")


def hits(page: Page) -> Locator:
    return results(page).get_by_role("link")


def test_what_is_typed_is_found_at_once_with_its_place_marked(page: Page, keep: Keep) -> None:
    keep("Paths", ["How do I join paths?", "Call os.path.join with\nthe parts."])
    keep("Other things", ["What is a tuple?", "A list that cannot change."])
    box(page).press_sequentially("os.path.jo")
    expect(hits(page)).to_have_count(1)
    expect(hits(page)).to_contain_text("Assistant: Call os.path.join with the parts.")
    expect(hits(page).locator("mark")).to_have_text(["os", "path", "join"])
    expect(page.get_by_role("search").get_by_role("status")).to_have_text("1 found")


def test_an_empty_box_brings_the_list_back(page: Page, keep: Keep) -> None:
    keep("Paths", ["How do I join paths?", "So."])
    page.reload()
    listed = page.get_by_role("navigation", name="Conversations")
    expect(listed).to_be_visible()
    box(page).fill("paths")
    expect(hits(page)).to_have_count(2)
    expect(listed).to_be_hidden()
    box(page).press("Escape")
    expect(listed).to_be_visible()
    expect(results(page)).to_have_count(0)


def test_a_hit_opens_the_conversation_at_its_message(page: Page, keep: Keep) -> None:
    texts = [f"Words, number {number}. " * 30 for number in range(140)]
    texts[11] = "Here is the needle."
    kept = keep("A long talk", texts)
    box(page).fill("needle")
    hits(page).click()
    found = page.get_by_role("log").get_by_role("article", name="Assistant").filter(has_text="the needle")
    expect(found).to_be_in_viewport()
    expect(found).to_have_class("answer is-found")
    expect(page.get_by_role("log").get_by_text("number 139.")).not_to_be_in_viewport()
    expect(page).to_have_url(f"{page.url.split('?')[0]}?c={kept.id}")
    expect(found).to_have_class("answer")
    expect(found).to_be_in_viewport()


def test_the_beginning_of_a_long_conversation_comes_above_what_is_being_read(page: Page, keep: Keep) -> None:
    articles = keep_and_open(page, keep, [f"Words, number {number}." for number in range(230)])
    expect(articles).to_have_count(100)
    reading = articles.filter(has_text="number 130.")
    for earlier, first in (("130", 30), ("30", 0)):
        # Any key says that the person goes on by themselves.
        page.keyboard.press("Shift")
        page.evaluate("scrollTo(0, 0)")
        place = reading.bounding_box()
        assert place
        page.get_by_role("button", name=f"Earlier messages ({earlier})").click()
        expect(articles).to_have_count(230 - first)
        expect(articles.first).to_contain_text(f"number {first}.")
        # Those above it get their true heights in the next frames.
        wait_until(
            page,
            "([article, y]) => Math.abs(article.getBoundingClientRect().y - y) < 2",
            [reading.element_handle(), place["y"]],
        )
        reading = articles.filter(has_text=f"number {first}.").first
    expect(page.get_by_role("button", name="Earlier messages")).to_have_count(0)


def test_a_hit_on_another_branch_shows_that_branch(page: Page, keep: Keep) -> None:
    texts = ["A question?", "The hidden needle.", "Never shown.", "A newer answer."]
    keep("Two branches", texts, parents=[None, 0, None, 0])
    box(page).fill("newer answer")
    hits(page).click()
    expect(page.get_by_role("log").get_by_text("A newer answer.")).to_be_visible()
    box(page).fill("hidden needle")
    hits(page).filter(has_text="needle").click()
    expect(page.get_by_role("log").get_by_text("The hidden needle.")).to_be_visible()
    expect(page.get_by_role("log").get_by_text("A newer answer.")).to_have_count(0)


def test_filters_choose_among_what_is_found(page: Page, keep: Keep) -> None:
    keep("Old", ["An elephant?"], days_ago=20)
    keep("Kept at hand", ["An elephant!"], days_ago=90, pinned=True)
    keep("New", ["Elephant."])
    box(page).fill("elephant")
    expect(hits(page)).to_have_count(3)
    page.get_by_label("When").select_option("Last 30 days")
    expect(hits(page)).to_have_count(2)
    page.get_by_label("When").select_option("Today")
    expect(hits(page)).to_have_count(1)
    expect(hits(page)).to_contain_text("New")
    day = (datetime.now(UTC) - timedelta(days=20)).date()
    page.get_by_label("When").select_option("Between two days…")
    expect(hits(page)).to_have_count(3)
    page.get_by_label("To", exact=True).fill(str(day + timedelta(days=2)))
    expect(hits(page)).to_have_count(2)
    page.get_by_label("From", exact=True).focus()
    page.keyboard.type((day - timedelta(days=2)).strftime("%m%d%Y"))
    expect(hits(page)).to_have_count(1)
    expect(hits(page)).to_contain_text("Old")
    page.get_by_label("When").select_option("Any time")
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    expect(hits(page)).to_have_count(3)
    page.get_by_label("Which conversations").select_option("Pinned")
    expect(hits(page).filter(has_text="New")).to_have_count(0)
    expect(hits(page)).to_contain_text("Kept at hand")
    page.get_by_label("Which conversations").select_option("Shared")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text("Nothing found.")


def test_what_is_archived_and_what_is_shared_is_found_by_its_filter(page: Page, keep: Keep) -> None:
    keep("Put away", ["An aardvark?"], archived=True)
    keep("Passed on", ["An aardvark!"], shared=True)
    keep("Plain", ["Aardvark."])
    box(page).fill("aardvark")
    expect(hits(page)).to_have_count(3)
    for which, title in (("Archived", "Put away"), ("Shared", "Passed on")):
        page.get_by_label("Which conversations").select_option(which)
        expect(hits(page)).to_have_count(1)
        expect(hits(page)).to_contain_text(title)


def test_chinese_is_found_in_the_middle_of_a_sentence(page: Page, keep: Keep) -> None:
    keep("列表", ["如何在Python中反转一个列表？", "用切片。"])
    keep("字典", ["如何合并两个字典？", "用并集运算符。"])
    box(page).fill("反转一个")
    expect(hits(page)).to_have_count(1)
    expect(hits(page)).to_contain_text("如何在Python中反转一个列表？")
    expect(hits(page).locator("mark").first).to_contain_text("反")


def test_what_was_found_is_text_and_no_markup(page: Page, keep: Keep) -> None:
    keep("A <b>title</b>", ["Is <img src=x onerror=alert(1)> safe?"])
    box(page).fill("onerror")
    expect(hits(page)).to_contain_text("A <b>title</b>")
    expect(hits(page)).to_contain_text("Is <img src=x onerror=alert(1)> safe?")


def test_operators_of_a_database_are_only_text(page: Page, keep: Keep) -> None:
    keep("Pointers", ["What does ptr->next do?"])
    box(page).fill('"ptr" -> (next* OR')
    expect(page.get_by_role("search").get_by_role("status")).to_have_text("Nothing found.")
    box(page).fill("ptr->next")
    expect(hits(page)).to_have_count(1)


def test_more_results_come_when_they_are_asked_for(page: Page, keep: Keep) -> None:
    keep("Many", [f"Elephant {number}" for number in range(25)])
    box(page).fill("elephant")
    expect(hits(page)).to_have_count(20)
    results(page).get_by_role("button", name="More results").click()
    expect(hits(page)).to_have_count(25)


def test_what_was_just_asked_is_found(page: Page) -> None:
    ask(page, QUESTION)
    wait_for_end(page)
    box(page).fill("reverse")
    expect(hits(page).filter(has_text="You:").locator("mark").first).to_have_text("reverse")
