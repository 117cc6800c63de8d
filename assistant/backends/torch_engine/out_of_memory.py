"""Whether a fault is a device that has no memory left, which is said in as many ways as there are devices."""

import torch


def is_out_of_memory(error: Exception) -> bool:
    # CUDA has a class for it; the CPU's allocator and Apple's raise RuntimeError with words.
    words = ("out of memory", "can't allocate memory", "not enough memory")
    said = isinstance(error, RuntimeError) and any(word in str(error) for word in words)
    return said or isinstance(error, torch.OutOfMemoryError | MemoryError)
