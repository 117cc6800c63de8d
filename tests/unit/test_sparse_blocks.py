"""What Gradio is told of an event's outputs, and that those which are not told anything stay as they are."""

import gradio as gr
import pytest
from gradio.block_function import BlockFunction
from gradio.components.base import _Keywords
from gradio.state_holder import SessionState

from assistant.ui.sparse_blocks import SparseBlocks


@pytest.fixture
async def page() -> SparseBlocks:
    with SparseBlocks(analytics_enabled=False) as page:
        parts = [gr.Markdown("old"), gr.Button("old"), gr.Slider(0, 1, value=0.5)]
        parts[1].click(dict, outputs=parts)
        parts[1].click(dict, outputs=parts[0])
    return page


@pytest.fixture
async def event(page: SparseBlocks) -> BlockFunction:
    return page.fns[0]


@pytest.mark.parametrize("told", [(0,), (1,), (2, 0), (0, 1, 2)])
async def test_what_is_sent_is_what_gradio_sends_and_nothing_else_is_made_anew(
    page: SparseBlocks, event: BlockFunction, told: tuple[int, ...]
) -> None:
    news = ["new", gr.update(visible=False), 0.7]
    predictions = {event.outputs[place]: news[place] for place in told}
    state = SessionState(page)
    sent = await page.postprocess_data(event, dict(predictions), state)
    assert sent == await gr.Blocks.postprocess_data(page, event, dict(predictions), SessionState(page))
    untold = [output for place, output in enumerate(event.outputs) if place not in told]
    assert all(state[output._id] is output for output in untold)


async def test_an_event_that_tells_nothing_or_all_in_a_list_is_as_gradio_has_it(
    page: SparseBlocks, event: BlockFunction
) -> None:
    assert await page.postprocess_data(event, gr.skip(), SessionState(page)) == [gr.skip()] * 3
    assert (await page.postprocess_data(event, ["new", "new", 1], SessionState(page)))[::2] == ["new", 1]


async def test_an_event_of_one_output_tells_it_or_ends(page: SparseBlocks) -> None:
    event = page.fns[1]
    assert await page.postprocess_data(event, {event.outputs[0]: "new"}, SessionState(page)) == ["new"]
    # As Gradio says it, without a list around it.
    assert await page.postprocess_data(event, _Keywords.FINISHED_ITERATING, SessionState(page)) == [None]


async def test_an_output_that_the_event_does_not_have_is_refused(page: SparseBlocks, event: BlockFunction) -> None:
    with pytest.raises(ValueError, match="not specified as output"):
        await page.postprocess_data(event, {event.outputs[0]: "new", gr.Markdown(render=False): ""}, None)
