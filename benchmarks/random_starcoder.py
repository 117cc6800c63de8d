"""Models of StarCoder's kind with random weights: what they say means nothing, but reading and writing cost the same.

Made on the machine that measures, since the weights themselves may not be at hand there.

python -m benchmarks.random_starcoder FOLDER    saves one of tiny_starcoder_py's shape
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPTBigCodeConfig, GPTBigCodeForCausalLM, PreTrainedTokenizerFast

from assistant.prompting.library import PROMPTS

END = "<|endoftext|>"
_MERGED = 4096
"""Tokens that text is split into; the vocabulary's others are only ever written."""


@dataclass(frozen=True, slots=True)
class Shape:
    layers: int
    hidden: int
    heads: int
    vocabulary: int = 49152
    positions: int = 8192

    def config(self) -> GPTBigCodeConfig:
        return GPTBigCodeConfig(
            n_layer=self.layers,
            n_embd=self.hidden,
            n_head=self.heads,
            n_inner=4 * self.hidden,
            vocab_size=self.vocabulary,
            n_positions=self.positions,
            multi_query=True,
            bos_token_id=0,
            eos_token_id=0,
        )


STARCODER = Shape(layers=40, hidden=6144, heads=48)
TINY_STARCODER = Shape(layers=20, hidden=768, heads=12)
TOY = Shape(layers=2, hidden=64, heads=4, vocabulary=8192, positions=1024)


def random_module(shape: Shape, device: torch.device, dtype: torch.dtype, seed: int = 0) -> GPTBigCodeForCausalLM:
    """Made on the device: on its way there StarCoder would need 62 GB of the computer's memory."""
    torch.manual_seed(seed)
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            return GPTBigCodeForCausalLM(shape.config()).eval()
    finally:
        torch.set_default_dtype(before)


def random_tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    """Splits this project's prompts about as StarCoder's does, and has a word for every other number."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_MERGED,
        special_tokens=[END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        min_frequency=2,
        show_progress=False,
    )
    tokenizer.train([str(path) for path in sorted(PROMPTS.rglob("*.jinja"))], trainer)
    whole = json.loads(tokenizer.to_str())
    known = whole["model"]["vocab"]
    # The mark in front is a space, as byte-level tokenizers spell it.
    known |= {f"Ġword{number}": number for number in range(len(known), vocabulary)}
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(whole)), eos_token=END, bos_token=END)


def save_random(folder: Path, shape: Shape) -> Path:
    """A folder as the Hub would give it."""
    random_module(shape, torch.device("cpu"), torch.float32).save_pretrained(folder)
    random_tokenizer(shape.vocabulary).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    save_random(Path(sys.argv[1]), TINY_STARCODER)
