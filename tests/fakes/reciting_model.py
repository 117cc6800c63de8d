"""A language model whose weights are made so that it says one line, again and again, whatever it is asked."""

from itertools import cycle, islice
from pathlib import Path

import torch
from transformers import GPTBigCodeConfig, GPTBigCodeForCausalLM
from transformers.utils import logging as transformers_logging

from tests.fakes.tiny_models import tiny_tokenizer

POSITIONS = 4096
WIDTH = 260
"""As many numbers as there are tokens, and a few, since attention's heads share them evenly."""


def save_reciting(folder: Path, line: str, prompt: str = "") -> Path:
    """Its position alone says what comes next: after this prompt the line from its beginning, after another one from
    wherever the line then is."""
    transformers_logging.disable_progress_bar()
    tokenizer = tiny_tokenizer()
    shape = {"n_embd": WIDTH, "n_layer": 1, "n_head": 4, "n_inner": 4, "n_positions": POSITIONS}
    config = GPTBigCodeConfig(vocab_size=258, bos_token_id=1, eos_token_id=0, **shape)
    model = GPTBigCodeForCausalLM(config)
    start = len(tokenizer.encode(prompt)) - 1
    tokens = tokenizer.encode(line)
    said = list(islice(cycle(tokens), (-start) % len(tokens), (-start) % len(tokens) + POSITIONS))
    with torch.no_grad():
        for weights in model.transformer.h.parameters():
            weights.zero_()
        # The head is the same matrix: a position's number one is its token's score.
        model.transformer.wte.weight.copy_(torch.eye(258, WIDTH) / 2)
        model.transformer.wpe.weight.copy_(torch.eye(WIDTH)[said])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
