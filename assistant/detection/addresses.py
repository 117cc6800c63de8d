"""E-mail addresses of people, and addresses of machines that the whole internet can reach."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from assistant.detection.finding import Finding, Kind

# Its own limits on length: without them a long row of dots and letters would take quadratic time.
_EMAIL = re.compile(
    r"(?<![\w.+/@-])[^\W_][\w.+-]{0,63}@(?P<domain>(?:[A-Za-z0-9-]{1,63}\.){1,8}(?P<top>[A-Za-z]{2,24}))(?![\w-]|\.\w)"
)
# Ends of names that are domains of people's addresses; others are methods, files and packages: `x@self.weight`.
_TOPS = frozenset({
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "name", "pro", "dev", "app", "xyz", "online",
    "site", "tech", "store", "shop", "blog", "cloud", "email", "agency", "company", "digital", "design", "group",
    "team", "work", "works", "world", "live", "life", "media", "network", "systems", "solutions", "services",
    "software", "studio", "support", "today", "top", "space", "website", "zone", "health", "care", "finance", "bank",
    "consulting", "engineering", "science", "university", "school", "academy", "institute", "foundation", "berlin",
    "london", "paris", "nyc", "tokyo", "global", "africa", "asia", "museum", "jobs", "mobi", "tel", "law", "club",
    "social", "gmbh", "ltd", "inc", "page",
})  # fmt: skip
_TWO_LETTERS = 2
_NOT_PEOPLE = re.compile(r"(?i)(?:^|\.)(?:example\.(?:com|org|net|edu)|example|test|invalid|localhost|local)$")
_SERVICES = frozenset({"git", "hg", "svn", "you", "user", "username", "name", "someone", "noreply", "no-reply"})

_IPV4 = re.compile(r"(?<![\w.:-])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w-]|\.\w)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|:[0-9A-Fa-f:]{0,30})(?![\w:])")
_VERSION = re.compile(
    r"(?i)(?:\b(?:versions?|ver|releases?|build|revision|rev|oid|section|chapter)|§|[=<>~^!]=|\^|@|[a-z]\)?/|[a-z]-)[\"':=\s(]{0,3}$"
)
_MACHINE = re.compile(
    r"(?i)(?:\bip|addr|host|dns|server|ping|ssh|curl|://|@|connect|inet|peer|client|remote)[^\n]{0,12}$"
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
        top, name = found["top"].lower(), found.group().partition("@")[0].lower()
        is_domain = len(top) == _TWO_LETTERS or top in _TOPS
        if is_domain and name not in _SERVICES and not _NOT_PEOPLE.search(found["domain"]):
            yield Finding(Kind.EMAIL, *found.span())


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
