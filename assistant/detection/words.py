"""Where a word ends: at what no word has in it, and where a script begins that is written without spaces.

In `请联系ann@acme.dev谢谢` the address stands alone, though every character beside it is a letter.
"""

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"  # Japanese, Chinese
    "\u1100-\u11ff\uac00-\ud7af"  # Korean, whose endings follow a foreign word at once
)
"""As the inside of a class of characters."""
IN_WORD = rf"[^\W{UNSPACED}]"
BEGINS = rf"(?<!{IN_WORD})"
ENDS = rf"(?!{IN_WORD})"
