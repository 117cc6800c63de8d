"""What stands where a secret would, in documentation and in code that gets it from elsewhere."""

import re

from detect_secrets.filters.heuristic import is_sequential_string, is_templated_secret

_SAID = re.compile(
    r"(?i)^(?:\W*|x+|\*+|\.+)$|change.?me|your|example|dummy|placeholder|redacted|replace|insert|sample|todo|"
    r"x{4,}|\*{3,}|\.{3}|^(?:my|the|some|a|new|old|test|fake|db|user|super)?[-_ ]?"
    r"(?:password|passwd|pass|passphrase|pwd|pw|secret|token|key|api[-_]?key|postgres|root|admin|guest|none|null|true|"
    r"false|string|value|foo|bar|baz|hunter2)\d{0,4}!?$"
)
_VARIABLE = re.compile(
    r"^[$%{<(\[]|\$\{|\{\{|\}$|>$|\)$|%s$|%\(\w+\)s$|^(?:os|process|env|config|settings|self|this|secrets)\."
)


def is_placeholder(value: str) -> bool:
    return (
        bool(_SAID.search(value) or _VARIABLE.search(value))
        or is_templated_secret(value)
        or is_sequential_string(value)
        or len(set(value)) <= 2
    )
