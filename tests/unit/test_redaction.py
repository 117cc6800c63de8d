"""Secrets and addresses of well-known shapes do not leave with a text."""

import pytest

from assistant.redaction import Redaction

A, B = "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Write to ann.lee+x@example.co.uk.", "Write to [EMAIL_1]."),
        ("<bob@example.org>, <bob@example.org>", "<[EMAIL_1]>, <[EMAIL_1]>"),
        # An e-mail address by its shape; nothing is lost by hiding it.
        ("git@github.com:owner/repo", "[EMAIL_1]:owner/repo"),
        (f"login(token='hf_{A}')", "login(token='[TOKEN_1]')"),
        (f"OPENAI_API_KEY=sk-proj-{A}", "OPENAI_API_KEY=[TOKEN_1]"),
        (f"ghp_{A} github_pat_{A}", "[TOKEN_1] [TOKEN_2]"),
        ("aws AKIAIOSFODNN7EXAMPLE ok", "aws [TOKEN_1] ok"),
        (f"xoxb-{A} npm_{A} glpat-{A}", "[TOKEN_1] [TOKEN_2] [TOKEN_3]"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_1", "Bearer [TOKEN_1]"),
        ("postgresql://ann:s3cret@db/x", "postgresql://[CREDENTIALS_1]@db/x"),
        ("redis://:s3cret@db:6379", "redis://[CREDENTIALS_1]@db:6379"),
        ("https://ann:s3cret@mail.example.org/", "https://[CREDENTIALS_1]@mail.example.org/"),
        ("open('/home/ann/x.py')", "open('/home/[HOME_1]/x.py')"),
        ("/Users/ann/x and C:\\Users\\ann\\y", "/Users/[HOME_1]/x and C:\\Users\\[HOME_1]\\y"),
        (
            f"-----BEGIN RSA PRIVATE KEY-----\n{A}\n{B}\n-----END RSA PRIVATE KEY-----\nend",
            "[PRIVATE_KEY_1]\nend",
        ),
        (f"-----BEGIN OPENSSH PRIVATE KEY-----\n{A}", "[PRIVATE_KEY_1]"),
    ],
)
def test_what_is_found_becomes_a_placeholder(text: str, redacted: str) -> None:
    assert Redaction().of(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "@app.route('/x')",
        "def f(*args): return a@b",
        "pip install x@1.2",
        "https://example.org:8080/a@b",
        "sk-learn and task-sk-1 and hf_hub",
        "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----",
        "/home and /Users/",
        "",
    ],
)
def test_code_that_only_looks_alike_stays_as_it_is(text: str) -> None:
    assert Redaction().of(text) == text


def test_the_same_value_has_the_same_placeholder_in_texts_that_belong_together() -> None:
    redaction = Redaction()
    assert redaction.of("a@example.org b@example.org") == "[EMAIL_1] [EMAIL_2]"
    assert redaction.of("b@example.org c@example.org") == "[EMAIL_2] [EMAIL_3]"
    assert Redaction().of("c@example.org") == "[EMAIL_1]"


def test_redacting_twice_changes_nothing_more() -> None:
    text = f"ann@example.org hf_{A} https://a:b@c.de /home/ann/x -----BEGIN PRIVATE KEY-----\n{A}"
    once = Redaction().of(text)
    assert Redaction().of(once) == once


@pytest.mark.parametrize(
    "piece", ["a.", "a@", "://a:", "/home/", "-----BEGIN A PRIVATE KEY-----", "eyJaaaaaaaaaa.", "-"]
)
def test_hostile_text_is_gone_through_once(piece: str) -> None:
    """Where a pattern went back and forth, this would take minutes."""
    text = piece * (1_000_000 // len(piece))
    assert Redaction().of(text + " end").endswith(("end", "[PRIVATE_KEY_1]"))
