"""What a device can do at best, measured: bytes moved and matrix products a second. Knows nothing of models."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    bandwidth: float
    """Bytes a second, read and written, of a copy within the device's memory."""
    flops: float
    """Floating-point operations a second of a square matrix product."""


def measure_limits(device: torch.device, dtype: torch.dtype) -> Limits:
    large = device.type == "cuda"
    source = torch.zeros(2**30 if large else 2**25, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    side = 8192 if large else 512
    matrix = torch.randn(side, side, device=device, dtype=dtype)
    product = torch.empty_like(matrix)
    return Limits(
        bandwidth=2 * source.numel() / _seconds(lambda: target.copy_(source), device),
        flops=2 * side**3 / _seconds(lambda: torch.matmul(matrix, matrix, out=product), device),
    )


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    """Of one call, after one that warms up; a device's calls are only waited for at the end."""
    work()
    _wait(device)
    began = time.perf_counter()
    for _ in range(_ROUNDS):
        work()
    _wait(device)
    return (time.perf_counter() - began) / _ROUNDS


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
