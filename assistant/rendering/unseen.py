"""Characters that change how text reads without being seen, shown by their names.

Bidi controls let code look other than it is (CVE-2021-42574), and an escape begins a command where a terminal takes it.
"""

import re

_UNSEEN = "\x1b\u202a-\u202e\u2066-\u2069"
_FOUND = re.compile(f"[{_UNSEEN}]")
# A tag is passed over whole, with the values of its attributes.
_TAG_OR_UNSEEN = re.compile(f'(<(?:[^"<>]|"[^"]*")*>)|([{_UNSEEN}])')


def show_unseen(html: str) -> str:
    """`html` as the sanitiser gives it: attributes in double quotes, and no `<` in text."""
    return _TAG_OR_UNSEEN.sub(_shown, html) if _FOUND.search(html) else html


def _shown(found: re.Match[str]) -> str:
    tag, unseen = found.groups()
    # The name is drawn by the style sheet, which also confines what the character does to its place: what is copied
    # is what was written.
    return tag or f'<span class="unseen" data-name="U+{ord(unseen):04X}">{unseen}</span>'
