"""A Gradio page whose events mostly tell a few of their outputs.

Gradio fills such an update up with an empty one for each other output, and makes that component anew from it, in vain:
with each word of an answer, all that the page has.
"""

from copy import copy
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.state_holder import SessionState


class SparseBlocks(gr.Blocks):
    async def postprocess_data(
        self, block_fn: BlockFunction, predictions: list[Any] | dict[Any, Any], state: SessionState | None
    ) -> list[Any]:
        told = [output for output in block_fn.outputs if isinstance(predictions, dict) and output in predictions]
        if not told or len(told) < len(predictions):
            # The end of an event, or something that is Gradio's to refuse.
            return await super().postprocess_data(block_fn, predictions, state)
        of_told = copy(block_fn)
        of_told.outputs = told
        values = iter(await super().postprocess_data(of_told, predictions, state))
        return [next(values) if output in predictions else gr.skip() for output in block_fn.outputs]
