"""Secrets that nothing but their name gives away: `DB_PASSWORD=…`, `"api_key": "…"`."""

import re
from collections.abc import Iterator

from assistant.detection.finding import Finding, Kind
from assistant.detection.placeholders import is_placeholder

_NAMED = re.compile(
    r"(?i)(?<![a-z0-9])(?:[a-z0-9]{1,20}[_.-]){0,4}"
    r"(?:password|passwd|passphrase|pwd|secret|token|api_?key|apikey|(?:access|private|secret|auth|account|encryption|"
    r"signing|master|license|api)[_-]?key|credentials?)(?:[_-](?:key|id|value|hash|salt|prod|production))?"
    r"[\"'\]]{0,2} {0,8}(?::=|=>|=|:)[ \t]{0,8}"
    r"(?:(?P<quote>[\"'`])(?P<quoted>[^\s\"'`]{6,200})(?P=quote)|(?P<bare>[^\s\"'`,;(){}\[\]<>&|]{8,200}))"
)
_CAMEL = re.compile(
    r"(?<![A-Za-z0-9])[a-z][A-Za-z0-9]{0,30}(?:Password|Passwd|Secret|Token|ApiKey|AccessKey|SecretKey|AuthKey)"
    r"[\"']? {0,8}[:=] {0,8}(?P<quote>[\"'`])(?P<quoted>[^\s\"'`]{6,200})(?P=quote)"
)
_OPTION = re.compile(r"(?<=\s)(?:--password|--token|--api-key|--secret)[ =](?P<quoted>[^\s\"'`$<]{6,200})")
_DEFINED = re.compile(
    r"(?<![A-Za-z0-9_])[\"'][A-Z0-9_]{0,40}(?:PASSWORD|SECRET|TOKEN|KEY)[\"'], {0,8}"
    r"(?P<quote>[\"'])(?P<quoted>[^\s\"'`]{6,200})(?P=quote)"
)
_SEVERAL_DIGITS = re.compile(r"^[A-Za-z]*[0-9]+[A-Za-z]+[0-9]")
_DIGIT, _LETTER = re.compile(r"[0-9]"), re.compile(r"[A-Za-z]")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9_]*=")
_HASHED = re.compile(r"\$(?:2[aby]|argon2\w*|[156]|pbkdf2\S*)\$|(?:sha\d+|md5|pbkdf2\w*|scrypt)[:$-]|\w+://")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def find_passwords(text: str) -> Iterator[Finding]:
    for pattern in (_NAMED, _CAMEL, _OPTION, _DEFINED):
        for found in pattern.finditer(text):
            named = found.groupdict()
            group = "quoted" if named["quoted"] else "bare"
            # What stands bare in a line of `.env` is a text too; elsewhere it may be the name of something.
            is_text = group == "quoted" or _ENVIRONMENT.match(found.group()) is not None
            if _is_secret(found[group], is_text=is_text):
                yield Finding(Kind.PASSWORD, *found.span(group))


def _is_secret(value: str, *, is_text: bool) -> bool:
    """With letters and digits, and no name of something else: `token: str`, `password=user.password`."""
    if not _DIGIT.search(value) or not _LETTER.search(value) or is_placeholder(value) or _HASHED.match(value):
        return False
    if _UUID.fullmatch(value):
        return is_text
    return is_text or not (_IDENTIFIER.fullmatch(value) and len(value) < 20) or _is_random(value)


def _is_random(value: str) -> bool:
    """Digits here and there, and both cases: no name is made so."""
    return (
        _SEVERAL_DIGITS.search(value) is not None and value not in (value.lower(), value.upper()) and len(value) >= 12
    )
