"""Phone numbers, and the names of users in the paths of their folders."""

import re
from collections.abc import Iterator

from assistant.detection.finding import Finding, Kind
from assistant.detection.words import BEGINS, ENDS, IN_WORD, UNSPACED

_INTERNATIONAL = re.compile(
    rf"{BEGINS}(?<![+.(/-])\+[1-9][0-9]{{0,2}}(?:[ .-]?\(?[0-9]{{1,4}}\)?){{2,6}}+(?!{IN_WORD}|-)"
)
_AMERICAN = re.compile(
    rf"{BEGINS}(?<![.+(/-])(?:1[ .-])?(?:\([2-9][0-9]{{2}}\) ?|[2-9][0-9]{{2}}[ .-])[2-9][0-9]{{2}}[ .-][0-9]{{4}}"
    rf"(?!{IN_WORD}|-|\.{IN_WORD})"
)
_SAID = re.compile(
    rf"(?i){BEGINS}(?:phone|telephone|tel|mobile|cell|call(?: me)?(?: at| on)?|fax|whatsapp|sms|handy|telefon|hotline)"
    rf"{ENDS}"
    r"(?:[_ ]?(?:number|no|nr|is))?[.:=\"' ]{1,4}(?P<number>\(?0?[0-9]{1,5}\)?(?:[ ./-]{1,2}[0-9]{2,8}){1,4})"
    rf"(?!{IN_WORD}|-)"
)
_SAID_IN_A_ROW = re.compile(
    rf"(?i)(?:{BEGINS}(?:phone|telephone|tel|mobile|fax|whatsapp|handy|telefon)"
    r"(?:[_ ]?(?:number|no|nr|is))?[.:=\"' ]{1,4}"
    r"|(?:电话|手机|座机|传真|联系方式)(?:号码|号)?[是为:：=\"' ]{0,4})"
    rf"(?P<number>\+?[0-9](?:[ -]?[0-9]){{7,14}})(?!{IN_WORD}|-|\.{IN_WORD})"
)
# A nought in front is what no other number of eleven digits has: mobiles of Germany and of Britain.
_MOBILE = re.compile(
    rf"{BEGINS}(?<![.,+(/#:=-])(?P<number>0(?:1[5-7][0-9]{{8,9}}|7[1-57-9][0-9]{{8}}))(?!{IN_WORD}|-|[.,:/]{IN_WORD})"
)
# China's look like many another number: taken for mobiles are groups of digits, and a row amid Chinese that names
# nothing else.
_CHINESE_IN_GROUPS = re.compile(
    rf"{BEGINS}(?<![.,+(/#:=-])(?P<number>1[3-9][0-9](?P<gap>[ -])[0-9]{{4}}(?P=gap)[0-9]{{4}})"
    rf"(?!{IN_WORD}|[-.]{IN_WORD}|[ ][0-9])"
)
_CHINESE_IN_A_ROW = re.compile(
    rf"(?<=[{UNSPACED}])(?<![号数值为是于])[ ：，]?(?P<number>1[3-9][0-9]{{9}})"
    rf"(?=[{UNSPACED}，。；、！？ ）]|$)(?! ?[个次条元字位])"
)
_DIGITS = re.compile("[0-9]")
_FEWEST, _MOST = 8, 15
_SPELT = re.compile(r"[ .()-]")
"""A plus and a bare row of digits is a number to add as often as one to call."""

_SPOKEN = rf"{IN_WORD}(?:{IN_WORD}|[.-]){{0,39}}"
_UNSPACED = rf"[{UNSPACED}][\w.-]{{0,39}}"
# A name in a script without spaces ends with the path's part; elsewhere such a character is of the sentence.
_NAME = rf"(?:\w[\w.-]{{0,39}}(?=[/\\])|{_SPOKEN}|{_UNSPACED}(?=[\s\"'`,:;)]|$))"
_HOME = re.compile(
    rf"{BEGINS}(?<![~.-])(?:(?P<unix>(?:/mnt/[a-z])?/(?:home|Users|export/home))/"
    r"|/?[A-Za-z]:(?P<slash>\\{1,2}|/)(?:Users|Documents and Settings)(?P=slash))"
    rf"(?P<name>{_NAME}(?: {_SPOKEN}(?=\\))?)"
)
# Of machines and documentation, not of people; and pages of the web that are called `/home/…`.
_NOBODY = frozenset({
    "user", "username", "users", "your", "yourname", "your-name", "your_name", "your-username", "your_username",
    "youruser", "you", "me", "name", "myuser", "my-user", "ubuntu", "ec2-user", "centos", "debian", "fedora", "admin",
    "administrator", "root", "runner", "vagrant", "node", "app", "jovyan", "git", "www", "www-data", "public",
    "shared", "default", "all-users", "guest", "docker", "coder", "codespace", "gitpod", "vscode", "pi", "linuxbrew",
    "someone", "somebody", "foo", "bar", "baz", "example", "test", "testuser", "user1", "index", "index.html", "about",
    "home", "login", "logout", "benutzer", "benutzername", "utilisateur", "usuario", "usuário", "пользователь",
    "用户", "用户名", "你的用户名", "您的用户名", "公用", "ユーザー", "ユーザー名", "사용자",
})  # fmt: skip


def find_phones(text: str) -> Iterator[Finding]:
    for pattern in (_INTERNATIONAL, _AMERICAN):
        for found in pattern.finditer(text):
            if _is_spelt(found.group()) and _is_somebodys(found.group()):
                yield Finding(Kind.PHONE, *found.span())
    for pattern in (_MOBILE, _CHINESE_IN_GROUPS, _CHINESE_IN_A_ROW, _SAID, _SAID_IN_A_ROW):
        for found in pattern.finditer(text):
            if _is_somebodys(found["number"]):
                yield Finding(Kind.PHONE, *found.span("number"))


def _is_spelt(number: str) -> bool:
    return bool(_SPELT.search(number)) or (number.startswith("+") and len(_DIGITS.findall(number)) >= 11)


def _is_somebodys(number: str) -> bool:
    digits = "".join(_DIGITS.findall(number))
    if not _FEWEST <= len(digits) <= _MOST or len(set(digits)) <= 2:
        return False
    # Numbers of films: 555 is given to nobody in America, nor is a code of digits in their order anywhere.
    national = digits[-10:]
    is_american = number.startswith("+1") or not number.startswith(("+", "0"))
    fictional = is_american and (national[3:6] == "555" or national[:3] == "555")
    return not fictional and not digits.endswith(("123456", "1234567890", "12345678"))


def find_homes(text: str) -> Iterator[Finding]:
    for found in _HOME.finditer(text):
        start, end = found.span("name")
        end -= len(found["name"]) - len(found["name"].rstrip(".-"))
        if found["name"].lower() not in _NOBODY and not _is_route(text, found.start(), end):
            yield Finding(Kind.HOME, start, end)


def _is_route(text: str, start: int, end: int) -> bool:
    """`'/home/about'`, whole between quotes, is a page; a folder's path goes on, or stands bare."""
    quote = text[start - 1 : start]
    return quote in ("'", '"', "`") and text[end : end + 1] == quote and text.startswith("/home/", start)
