"""Names for files that every system takes: few characters, none of them special, short, and never empty."""

import re
import unicodedata
from datetime import datetime

_LONGEST = 60


def file_name(title: str, created_at: datetime, ending: str, conversation_id: str = "") -> str:
    """`2026-11-23-how-do-i-sort.md`. With its id, no two conversations have the same name."""
    plain = unicodedata.normalize("NFKD", title[: 4 * _LONGEST]).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-")
    own_id = re.sub(r"[^A-Za-z0-9]+", "-", conversation_id)
    # The date comes first: then no name is one that Windows keeps for itself, as "con" or "nul".
    return "-".join(filter(None, [f"{created_at:%Y-%m-%d}", words, own_id])) + f".{ending}"
