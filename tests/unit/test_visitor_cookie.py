"""The visitor's cookie: which values count, under which name, and where a browser may send it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.identities import new_token, token_hash
from assistant.web.visitor_cookie import VisitorCookie


def sent_back(header: str) -> dict[str, str]:
    """What a browser sends after this Set-Cookie."""
    name, _, value = header.partition(";")[0].partition("=")
    return {name: value}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_cookie_that_was_given_is_recognised(scheme: str) -> None:
    token = new_token()
    cookies = sent_back(VisitorCookie().header(token, scheme, "document"))
    assert VisitorCookie().token(cookies, scheme) == token


def test_every_token_is_another_one_and_its_hash_does_not_give_it_away() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len({token_hash(token) for token in tokens}) == 100
    assert all(VisitorCookie().token({"assistant": token_hash(token)}, "http") is None for token in tokens)


def test_a_cookie_of_plain_http_does_not_count_over_https_nor_the_other_way_round() -> None:
    token = new_token()
    assert VisitorCookie().token({"assistant": token}, "https") is None
    assert VisitorCookie(https_outside=True).token({"assistant": token}, "http") is None
    assert VisitorCookie().token({"__Host-assistant": token}, "http") is None


@given(st.text())
@example("t" * 42)
@example("t" * 44)
@example("t" * 42 + "é")
@example("t" * 43 + "\n")
@example("t" * 43 + ".")
@example("t" * 43 + "." + "s" * 44)
def test_no_other_text_is_a_token(text: str) -> None:
    assert VisitorCookie().token({"assistant": text}, "http") is None


def test_the_signature_of_former_days_is_passed_over_and_known_to_be_outdated() -> None:
    cookie, token = VisitorCookie(), new_token()
    signed, plain = {"assistant": f"{token}.{'s' * 43}"}, {"assistant": token}
    assert cookie.token(signed, "http") == token
    assert (cookie.is_outdated(signed, "http"), cookie.is_outdated(plain, "http")) == (True, False)


@pytest.mark.parametrize(
    ("framed", "destination", "flags"),
    [
        (False, "document", {"Secure", "SameSite=Lax"}),
        (False, "iframe", {"Secure", "SameSite=Lax"}),
        (True, "document", {"Secure", "SameSite=Lax"}),
        (True, "iframe", {"Secure", "SameSite=None", "Partitioned"}),
        (True, None, {"Secure", "SameSite=None", "Partitioned"}),
    ],
)
def test_the_cookie_is_sent_in_a_frame_only_where_the_page_is_in_one(
    framed: bool, destination: str | None, flags: set[str]
) -> None:
    _, *sent = VisitorCookie(framed=framed).header("t", "https", destination).split("; ")
    assert {*sent} == {"Path=/", "HttpOnly", "Max-Age=34560000", *flags}
