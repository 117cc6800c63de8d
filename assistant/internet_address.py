"""Where a request comes from: set once, where it or an event of the page comes in; and the name under which that is
counted, one that its holder cannot change at will."""

import ipaddress
from contextvars import ContextVar

_address: ContextVar[str] = ContextVar("address", default="")


def come_from(address: str) -> None:
    """From here on, in this task and in what it starts. `address` as the connection, or a trusted proxy, names it."""
    _address.set(counted_as(address))


def asking_address() -> str:
    """As it is counted; empty where nobody knows, and nobody is counted."""
    return _address.get()


def counted_as(address: str) -> str:
    """IPv4 as it is; of IPv6 the network of /64, which is the least that a single connection is given.

    What is no address, such as a socket's name, is counted as it is; the empty string stays empty.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((parsed.packed[:8] + bytes(8), 64)))
