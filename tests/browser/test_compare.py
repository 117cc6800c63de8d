"""Two answers to one question beside each other, of which one is kept."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.asking import answers, ask, wait_for_end


def side_by_side(page: Page) -> Locator:
    return page.get_by_role("region", name="Two answers")


def compare(page: Page, prompt: str, temperature: str) -> None:
    page.get_by_role("log").get_by_label("Compare", exact=True).click()
    form = page.get_by_role("form", name="A second answer")
    form.get_by_role("combobox", name="Prompt").select_option(prompt)
    form.get_by_role("spinbutton", name="Temperature").fill(temperature)
    form.get_by_role("textbox", name="Seed").fill("1234")
    expect(form.get_by_role("button", name="Answer beside it")).to_be_in_viewport(ratio=1)
    form.get_by_role("button", name="Answer beside it").click()


def test_a_second_answer_with_another_prompt_grows_beside_the_first_and_either_is_kept(answered: Page) -> None:
    first = answers(answered).first.locator("p, pre, li").first.inner_text()
    compare(answered, "Tech Assistant", "0.9")
    pair = side_by_side(answered)
    expect(pair.get_by_role("article")).to_have_count(2)
    expect(pair.get_by_role("article").first).to_contain_text(first)
    expect(pair.get_by_role("button", name="Keep this one")).to_have_count(2)
    expect(pair.get_by_role("article").nth(1)).to_contain_text("tech_assistant/v1 · temperature 0.9 · seed 1234")
    boxes = [article.bounding_box() for article in pair.get_by_role("article").all()]
    assert boxes[0] and boxes[1] and boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] < boxes[1]["x"]
    expect(answered.get_by_text("This question has no answer yet.")).to_have_count(0)
    # Either may be kept, wherever the mouse is.
    answered.mouse.move(5, 400)
    for keep in pair.get_by_role("button", name="Keep this one").all():
        expect(keep).to_have_css("opacity", "1")
        expect(keep).not_to_have_css("border-top-color", "rgba(0, 0, 0, 0)")
    answered.set_viewport_size({"width": 320, "height": 700})
    boxes = [article.bounding_box() for article in pair.get_by_role("article").all()]
    assert boxes[0] and boxes[1] and boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    pair.get_by_role("button", name="Keep this one").first.click()
    expect(pair).to_be_hidden()
    expect(answered.get_by_role("group", name="Version 1 of 2")).to_be_visible()
    expect(answers(answered)).to_have_count(1)


def test_who_keeps_neither_goes_on_with_the_second(answered: Page) -> None:
    compare(answered, "Tech Assistant", "1")
    expect(side_by_side(answered).get_by_role("button", name="Keep this one")).to_have_count(2)
    ask(answered, "And a tuple?")
    wait_for_end(answered, 2)
    expect(side_by_side(answered)).to_be_hidden()
    expect(answered.get_by_role("group", name="Version 2 of 2")).to_be_visible()
