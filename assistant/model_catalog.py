"""The models that the assistant knows by name: where they are, how they are prompted, under which licence.

Figures are those of the models' own cards and tokenizer files on the Hugging Face Hub. Knows nothing of engines.
"""

import re
from dataclasses import dataclass, field
from pathlib import PurePath

from assistant.conversation import GenerationOptions

_STARCODER_METADATA = (
    "<issue_start>",
    "<issue_comment>",
    "<issue_closed>",
    "<jupyter_start>",
    "<jupyter_text>",
    "<jupyter_code>",
    "<jupyter_output>",
    "<empty_output>",
)
_STARCODER_FIM = ("<fim_prefix>", "<fim_middle>", "<fim_suffix>", "<fim_pad>")
_STARCODER_TOKENS = (
    "<|endoftext|>",
    *_STARCODER_FIM,
    "<filename>",
    "<gh_stars>",
    *_STARCODER_METADATA,
    "<commit_before>",
    "<commit_msg>",
    "<commit_after>",
    "<reponame>",
)
_STARCODER2_TOKENS = (
    "<|endoftext|>",
    *_STARCODER_FIM,
    "<repo_name>",
    "<file_sep>",
    *_STARCODER_METADATA,
    "<jupyter_script>",
    "<code_to_intermediate>",
    "<intermediate_to_code>",
    "<pr>",
    "<pr_status>",
    "<pr_is_merged>",
    "<pr_base>",
    "<pr_file>",
    "<pr_base_code>",
    "<pr_diff>",
    "<pr_diff_hunk>",
    "<pr_comment>",
    "<pr_event_id>",
    "<pr_review>",
    "<pr_review_state>",
    "<pr_review_comment>",
    "<pr_in_reply_to_review_id>",
    "<pr_in_reply_to_comment_id>",
    "<pr_diff_hunk_comment_line>",
    "<NAME>",
    "<EMAIL>",
    "<KEY>",
    "<PASSWORD>",
)
_STARCHAT_TOKENS = (*_STARCODER_TOKENS, "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
_SMOLLM2_TOKENS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<repo_name>",
    "<reponame>",
    "<file_sep>",
    "<filename>",
    "<gh_stars>",
    *_STARCODER_METADATA,
    "<jupyter_script>",
)


@dataclass(frozen=True, slots=True)
class Licence:
    name: str
    url: str
    """Both empty where the licence is not known."""
    use_restrictions: bool = False
    """True: whoever passes answers on has to pass the restrictions on with them."""


OPENRAIL_M = Licence(
    "BigCode OpenRAIL-M v1",
    "https://huggingface.co/spaces/bigcode/bigcode-model-license-agreement",
    use_restrictions=True,
)
APACHE_2 = Licence("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0")
UNKNOWN_LICENCE = Licence("", "")


@dataclass(frozen=True, slots=True)
class FimTokens:
    """The tokens that ask for the middle between a prefix and a suffix."""

    prefix: str
    suffix: str
    middle: str


EXAMPLES = ("reverse", "orders", "rebase", "tuple")
"""Questions to begin with, by the keys of their sentences."""
SMALL_EXAMPLES = ("sum", "reverse_string", "largest", "html")
"""For models that know little: SmolLM2-135M answers each rightly, whatever the seed; see docs/decisions.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    name: str
    """The short name: what ASSISTANT_MODEL takes and the page shows."""
    hub_id: str
    revision: str = "main"
    context_window: int
    """Tokens, prompt and answer together."""
    prompt: str
    """The template that suits it: a folder and name under prompts/."""
    special_tokens: tuple[str, ...]
    end_tokens: tuple[str, ...] = ("<|endoftext|>",)
    fim: FimTokens | None = None
    options: GenerationOptions = field(default_factory=GenerationOptions)
    licence: Licence = OPENRAIL_M

    examples: tuple[str, ...] = EXAMPLES
    english_only: bool = False
    """It makes no sense of a question in another language."""


_REVISION = re.compile("@[^@]*$")
_FIM = FimTokens("<fim_prefix>", "<fim_suffix>", "<fim_middle>")
# Sampling of the StarCoder demos of 2023: cool, with a penalty that keeps a base model from looping.
_BASE_SAMPLING = GenerationOptions(temperature=0.2, top_p=0.9, top_k=0, repetition_penalty=1.2)


def _starcoder(name: str, **changes: object) -> ModelCard:
    facts: dict[str, object] = {
        "hub_id": f"bigcode/{name}",
        "context_window": 8192,
        "prompt": "tech_assistant/v1",
        "special_tokens": _STARCODER_TOKENS,
        "fim": _FIM,
        "options": _BASE_SAMPLING,
    }
    return ModelCard(name=name, **(facts | changes))  # type: ignore[arg-type]  # a table of facts


def _starcoder2(name: str, **changes: object) -> ModelCard:
    facts: dict[str, object] = {
        "context_window": 16384,
        "special_tokens": _STARCODER2_TOKENS,
        # The long transcript tells its model that it is StarCoder.
        "prompt": "tech_assistant/compact",
    }
    return _starcoder(name, **(facts | changes))


CATALOG: dict[str, ModelCard] = {
    card.name: card
    for card in (
        _starcoder("starcoder"),
        _starcoder("starcoderbase"),
        _starcoder("tiny_starcoder_py", prompt="tech_assistant/compact", examples=SMALL_EXAMPLES, english_only=True),
        _starcoder2("starcoder2-3b"),
        _starcoder2("starcoder2-7b"),
        _starcoder2("starcoder2-15b"),
        _starcoder2(
            "starcoder2-15b-instruct",
            hub_id="bigcode/starcoder2-15b-instruct-v0.1",
            prompt="chat/starcoder2_instruct",
            fim=None,
        ),
        _starcoder(
            "starchat-beta",
            hub_id="HuggingFaceH4/starchat-beta",
            prompt="chat/starchat",
            special_tokens=_STARCHAT_TOKENS,
            end_tokens=("<|end|>", "<|endoftext|>"),
            fim=None,
        ),
        ModelCard(
            name="smollm2-135m-instruct",
            hub_id="HuggingFaceTB/SmolLM2-135M-Instruct",
            context_window=8192,
            prompt="chat/chatml",
            special_tokens=_SMOLLM2_TOKENS,
            end_tokens=("<|im_end|>", "<|endoftext|>"),
            # More makes so small a model ramble: every word of its prompt is penalised too.
            options=GenerationOptions(temperature=0.2, top_p=0.9, top_k=50, repetition_penalty=1.05),
            licence=APACHE_2,
            examples=SMALL_EXAMPLES,
            english_only=True,
        ),
    )
}

ALL_SPECIAL_TOKENS: frozenset[str] = frozenset(token for card in CATALOG.values() for token in card.special_tokens)
"""What no person's text may become, whichever model reads it."""


def card_for(model: str) -> ModelCard:
    """The card of a short name, a hub id, or a model file named after one; else a card that promises nothing.

    An unknown model gets the compact transcript, which any causal language model can follow.
    """
    reference = model.startswith("hub:")
    path = PurePath(_REVISION.sub("", model) if reference else model)
    # A file in a repository may have any name; then the repository's name tells what it is.
    for name in reversed(path.parts) if reference else [path.name]:
        if card := _named_after(name):
            return card
    return ModelCard(
        name=path.name,
        hub_id=model,
        context_window=4096,
        prompt="tech_assistant/compact",
        special_tokens=(),
        licence=UNKNOWN_LICENCE,
    )


def _named_after(name: str) -> ModelCard | None:
    """The longest name wins: starcoder2-15b-instruct-Q4.gguf is no starcoder2-15b, and starcoder2-3b no starcoder."""
    wanted = name.lower().replace("_", "-")
    fitting = [
        card for card in CATALOG.values() if re.match(re.escape(card.name.replace("_", "-")) + r"(?![a-z0-9])", wanted)
    ]
    return max(fitting, key=lambda card: len(card.name), default=None)
