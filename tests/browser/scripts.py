"""What the engine says in tests that are not about what a model says."""

from tests.fakes.engine_script import HOLD

ANSWER = " Use `reversed()`, which makes no copy."
LINES = (
    "Some code:\n\n```python\nprint(1)\n```\n\n```python\nprint(2)\n```\n\n",
    *(f" Line {number} of an answer that takes its time to be written.\n\n" for number in range(40)),
)
PACE = 0.03
UNENDED = (*LINES[:5], HOLD, *LINES[5:])
"""The answer stays where it is until it is stopped or the engine is released."""
WINDOW = 32_768
"""For the tokens of a real conversation: this engine counts bytes."""
