"""Secrets that nothing but their name gives away: `DB_PASSWORD=…`, `"api_key": "…"`, `mysql -p…`, `密码是…`."""

import re
from collections.abc import Iterator

from assistant.detection.finding import Finding, Kind
from assistant.detection.phrases import is_phrase
from assistant.detection.placeholders import is_placeholder
from assistant.detection.words import UNSPACED

_QUOTED = r"(?P<quote>[\"'`])(?:(?P<quoted>[^\s\"'`]{6,200})|(?P<phrase>[^\"'`\n]{6,200}))(?P=quote)"
# Neither a sentence that goes on in a script without spaces, nor its punctuation.
_BARE = rf"[^\s\"'`,;(){{}}\[\]<>&|\u3000-\u303f\uff00-\uff65{UNSPACED}]{{8,200}}"
_KEYS = r"(?:access|private|secret|auth|account|encryption|signing|master|license|api)[_-]?key"
_NAMED = re.compile(
    r"(?i)(?<![a-z0-9])(?:[a-z0-9]{1,20}[_.-]){0,4}"
    rf"(?:(?:pg|db|my|user|root|admin)?password|passwd|passphrase|pwd|secret|token|{_KEYS}|credentials?|passwort|"
    r"kennwort|contraseña|senha|mot de passe|пароль)(?:[_-](?:key|id|value|hash|salt|prod|production))?"
    rf"[\"'\]]{{0,2}} {{0,8}}(?::=|=>|=|:)[ \t]{{0,8}}(?:{_QUOTED}|(?P<bare>{_BARE}))"
)
# A line of a file of settings or of a shell: what stands in it up to the next space is the value, whatever is in it.
_ENVIRONMENT = re.compile(
    rf"(?m)^[ \t]{{0,8}}(?:(?:export|ENV|set|\$) )?[A-Z0-9_]{{0,60}}(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|TOKEN|"
    rf"{_KEYS.upper()})(?:_(?:KEY|ID|VALUE|SALT|PROD|PRODUCTION))?=(?P<quoted>[^\s\"'`]{{6,200}}(?<![;&|)]))"
)
_CAMEL = re.compile(
    r"(?<![A-Za-z0-9])[a-z][A-Za-z0-9]{0,30}(?:Password|Passwd|Secret|Token|ApiKey|AccessKey|SecretKey|AuthKey)"
    rf"[\"']? {{0,8}}[:=] {{0,8}}{_QUOTED}"
)
_OPTION = re.compile(r"(?<![\w-])(?:--password|--token|--api-key|--secret)[ =][\"']?(?P<quoted>[^\s\"'`$<]{6,200})")
_DEFINED = re.compile(rf"(?<![A-Za-z0-9_])[\"'][A-Z0-9_]{{0,40}}(?:PASSWORD|SECRET|TOKEN|KEY)[\"'], {{0,8}}{_QUOTED}")
# Programs that take one with an option of a single letter: the first ones right behind it, others after a space too.
_COMMAND = re.compile(
    r"(?<![\w./-])(?:(?:mysql|mariadb|7z)[a-z-]{0,8}[^\n|]{0,200}?\s-p|"
    r"(?:sshpass|mongo[a-z]{0,8}|(?:docker|podman) login)[^\n|]{0,200}?\s-p ?|"
    r"redis-cli[^\n|]{0,200}?\s-a ?|ldap[a-z]{3,8}[^\n|]{0,200}?\s-w ?)"
    r"[\"']?(?P<quoted>[^\s\"'`$<]{6,200})"
)
_SAID = re.compile(
    r"(?:密码|口令|密钥|令牌|パスワード|暗証番号|비밀번호|암호)[\"'\]]{0,2}[ \t]{0,4}"
    rf"(?::=|=|:|：|＝|是|为|為|は|는|은)[ \t]{{0,4}}(?:{_QUOTED}|[“「『]?"
    r"(?P<said>[!#-&*+\--:=?-Z\\^_a-z|~]{6,200}(?<![.:])))"
)
_SEVERAL_DIGITS = re.compile(r"^[A-Za-z]*[0-9]+[A-Za-z]+[0-9]")
_DIGIT, _LETTER = re.compile(r"[0-9]"), re.compile(r"[A-Za-z]")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_ATTRIBUTE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*=")
_HASHED = re.compile(r"\$(?:2[aby]|argon2\w*|[156]|pbkdf2\S*)\$|(?:sha\d+|md5|pbkdf2\w*|scrypt)[:$-]|\w+://")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def find_passwords(text: str) -> Iterator[Finding]:
    for pattern in (_NAMED, _ENVIRONMENT, _CAMEL, _OPTION, _DEFINED, _COMMAND, _SAID):
        for found in pattern.finditer(text):
            group = next(name for name, value in found.groupdict().items() if value and name != "quote")
            if _is_given(found, group):
                yield Finding(Kind.PASSWORD, *found.span(group))


def _is_given(found: re.Match[str], group: str) -> bool:
    value = found[group]
    if group == "phrase":
        return is_phrase(value) and _is_secret(value, is_text=True)
    if group == "said":
        return _is_secret(value, is_text=_ATTRIBUTE.fullmatch(value) is None)
    # What stands bare in a line of `.env` is a text too; elsewhere it may be the name of something.
    return _is_secret(value, is_text=group == "quoted" or _VARIABLE.match(found.group()) is not None)


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
