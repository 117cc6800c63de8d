"""E-mail addresses of people, and addresses of machines that the whole internet can reach."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from assistant.detection.domains import is_domain
from assistant.detection.finding import Finding, Kind
from assistant.detection.words import BEGINS, IN_WORD

# Its own limits on length: without them a long row of dots and letters would take quadratic time. Letters of a name are
# Latin, Greek or Cyrillic ones; others stand beside an address, and not in it.
_LETTERS = r"A-Za-z0-9\u00c0-\u024f\u0370-\u052f"
_EMAIL = re.compile(
    rf"{BEGINS}(?<![.+/@-])[{_LETTERS}][{_LETTERS}_.+-]{{0,63}}@"
    rf"(?P<domain>(?:[{_LETTERS}-]{{1,63}}\.){{1,8}}(?:[A-Za-z]{{2,24}}|xn--[A-Za-z0-9-]{{2,40}}))(?!{IN_WORD}|-|\.{IN_WORD})"
)
_SAID = re.compile(r"(?i)(?:mailto:|e-?mails?|\bmail|contact|邮箱|邮件|メール)[\"' :=：是为-]{0,4}$")
# What follows a domain in a file's name, and what a sentence begins with.
_NOT_OF_THE_DOMAIN = re.compile(
    r"asc|csv|docx?|eml|gpg|html?|ics|jpe?g|js|json|key|log|mbox|md|msg|pdf|pem|png|pub|py|tar|toml|ts|tsv|txt|vcf|xlsx?|xml"
    r"|ya?ml|zip|[A-Z][a-z]*"
)
# Ends of domains that are no methods, and others that are some of what is multiplied: `x@w.to(device)`.
_NEVER_CALLED = frozenset({"com", "org", "net", "edu", "gov", "dev", "app"})
_CALLED = frozenset({"to", "at", "do", "is"})
_NOT_PEOPLE = re.compile(r"(?i)(?:^|\.)(?:example\.(?:com|org|net|edu)|example|test|invalid|localhost|local)$")
_SERVICES = frozenset({"git", "hg", "svn", "you", "user", "username", "name", "someone", "noreply", "no-reply"})

_FEWEST_LABELS = 2

_IPV4 = re.compile(rf"{BEGINS}(?<![.:-])(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}(?!{IN_WORD}|-|\.{IN_WORD})")
_IPV6 = re.compile(
    rf"{BEGINS}(?<![:.])(?:[0-9A-Fa-f]{{1,4}}:){{2,7}}(?:[0-9A-Fa-f]{{1,4}}|:[0-9A-Fa-f:]{{0,30}})(?!{IN_WORD}|:)"
)
_VERSION = re.compile(
    r"(?i)(?:\b(?:versions?|ver|releases?|build|revision|rev|oid|section|chapter)|版本号?[是为：]?|第|章|§|[=<>~^!]=|\^|@|[a-z]\)?/|[a-z]-)[\"':=\s(]{0,3}$"
)
_MACHINE = re.compile(
    r"(?i)(?:\bip|addr|host|dns|server|服务器|主机|地址|サーバー?|ping|ssh|curl|://|@|connect|inet|peer|client|remote)[^\n]{0,12}$"
)
_GLOBAL_V6 = re.compile("[23]")
# Everybody's name servers tell of nobody.
_NAME_SERVERS = frozenset({
    "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "149.112.112.112", "208.67.222.222", "208.67.220.220",
    "4.2.2.1", "4.2.2.2", "64.6.64.6", "64.6.65.6", "76.76.19.19", "94.140.14.14", "2001:4860:4860::8888",
    "2001:4860:4860::8844", "2606:4700:4700::1111", "2606:4700:4700::1001", "2620:fe::fe",
})  # fmt: skip


def find_emails(text: str) -> Iterator[Finding]:
    for found in _EMAIL.finditer(text):
        name, _, domain = found.group().partition("@")
        labels = _domain_in(domain, is_said=_SAID.search(text[max(0, found.start() - 24) : found.start()]) is not None)
        if not labels or _is_product(name, labels, text[found.end() : found.end() + 1]):
            continue
        domain = ".".join(labels)
        if name.lower() not in _SERVICES and not _NOT_PEOPLE.search(domain):
            yield Finding(Kind.EMAIL, found.start(), found.start() + len(f"{name}@{domain}"))


def _is_product(name: str, labels: list[str], following: str) -> bool:
    """Of two matrices: `x@w.to(device)`, `x@y.page`."""
    top = labels[-1]
    is_method = top in _CALLED or (len(top) > 2 and top not in _NEVER_CALLED)
    return is_method and len(labels) == _FEWEST_LABELS and (following == "(" or len(name) == len(labels[0]) == 1)


def _domain_in(text: str, *, is_said: bool) -> list[str]:
    """Its labels, without those that are not of it; none where it is no domain. `is_said`: an address is announced."""
    labels = text.split(".")
    while not is_domain(labels):
        if len(labels) == _FEWEST_LABELS or not _NOT_OF_THE_DOMAIN.fullmatch(labels[-1]):
            return labels if is_said and len(labels[-1]) > 2 else []
        labels.pop()
    return labels


def find_ip_addresses(text: str) -> Iterator[Finding]:
    for pattern in (_IPV4, _IPV6):
        for found in pattern.finditer(text):
            if _is_somebodys(found.group(), text[max(0, found.start() - 24) : found.start()]):
                yield Finding(Kind.IP_ADDRESS, *found.span())


def _is_somebodys(value: str, before: str) -> bool:
    try:
        address: IPv4Address | IPv6Address = ip_address(value)
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or value.lower() in _NAME_SERVERS:
        return False
    if isinstance(address, IPv6Address):
        # `a::b` is an address to the letter, and a name in C++: those of the internet begin otherwise.
        return len(value) > 8 and bool(_GLOBAL_V6.match(value))
    if _VERSION.search(before) and not before.endswith("://"):
        return before.endswith("@")
    # 1.2.3.4 is a version or a section, unless something says that it is not.
    return max(map(len, value.split("."))) > 1 or bool(_MACHINE.search(before))
