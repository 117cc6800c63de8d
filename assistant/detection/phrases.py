"""Pass-phrases, told from the sentences that stand in the same places: `password: "At least 8 characters"`."""

import re

_SENTENCES = """
a again already an and are at be been between but by can character characters choose click code contain contains days
digit digits do does enter enters error expire expired expires field file first for forgot from has have here hours if
in invalid is it its least length letter letters long login match may minimum minutes missing more most must need new
no not number numbers of on one only or other our password passwords please provide required reset secret see set
shall should show sign that the their then there this times to token try type under until use used user using valid
wait was when will with without wrong you your der die das ein eine mindestens und oder zeichen bitte ist nicht le la
les un une et ou au moins de caractères el los y al menos caracteres
"""
# Digits among letters, or before a mark: no sentence has such words, but for names of things.
_MADE = re.compile(
    r"[A-Za-z][0-9]+[A-Za-z]{2}|[A-Za-z][0-9]+[A-Za-z][0-9]|[0-9][A-Za-z]+[0-9]|[A-Za-z][0-9]+[!#$%^&*+=~]"
)
_OF_SENTENCES = frozenset(_SENTENCES.split())
_FEWEST_WORDS, _MOST_CHARACTERS = 4, 100


def is_phrase(text: str) -> bool:
    """Of a text with spaces in it: a word that nobody speaks, or several small ones that make no sentence."""
    words = [word.strip(".,:;!?()").lower() for word in text.split()]
    if len(text) > _MOST_CHARACTERS or not _OF_SENTENCES.isdisjoint(words):
        return False
    return _MADE.search(text) is not None or (len(words) >= _FEWEST_WORDS and text == text.lower())
