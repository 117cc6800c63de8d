"""Random values of the shapes that services give to theirs."""

import string
from random import Random

WORDS = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "indigo", "juniper", "kestrel", "linden",
    "maple", "nimbus", "orchid", "pebble", "quartz", "raven", "sorrel", "umber", "violet", "willow", "zephyr",
)  # fmt: skip
NAMES = (
    "ann", "bjorn", "chidi", "dalia", "emeka", "fatima", "giulia", "hiro", "ines", "jonas", "kavya", "lucia", "mei",
    "noor", "oskar", "priya", "rosa", "sven", "tomas", "ursula", "viktor", "wanjiru", "xavier", "yuki", "zofia",
)  # fmt: skip
ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
URLSAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"


class RandomText:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def of(self, length: int, alphabet: str = ALNUM) -> str:
        """With a letter and a digit, where the alphabet has both: as random text of this length nearly always is."""
        drawn = self.random.choices(alphabet, k=length)
        for needed in (string.digits, string.ascii_letters):
            possible = [character for character in alphabet if character in needed]
            if possible and not any(character in needed for character in drawn):
                drawn[self.random.randrange(length)] = self.random.choice(possible)
        return "".join(drawn)

    def hex(self, length: int) -> str:
        return self.of(length, HEX)

    def digits(self, length: int) -> str:
        return "".join(self.random.choices(string.digits, k=length))

    def word(self) -> str:
        return self.random.choice(WORDS)

    def name(self) -> str:
        return self.random.choice(NAMES)

    def password(self) -> str:
        """As people and their managers make them."""
        return self.random.choice(
            (
                f"{self.word().title()}{self.word()}{self.random.randrange(10, 9999)}!",
                self.of(self.random.randrange(12, 25)),
                self.of(16, ALNUM + "!#%*+-_^~"),
                f"{self.word()}-{self.word()}-{self.random.randrange(100, 999)}",
                self.hex(32),
            )
        )

    def wrapped(self, length: int, width: int = 64) -> str:
        text = self.of(length, BASE64)
        return "\n".join(text[at : at + width] for at in range(0, length, width))
