"""Under which name an address is counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.internet_address import counted_as


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:DB8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_is_counted_by_what_its_holder_cannot_change(address: str, name: str) -> None:
    assert counted_as(address) == name


@given(st.one_of(st.text(), st.ip_addresses().map(str)))
def test_whatever_is_told_has_a_short_name_that_stays(address: str) -> None:
    assert len(counted_as(address)) <= 64
    assert counted_as(address) == counted_as(address)
