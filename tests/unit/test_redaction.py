"""Secrets and addresses of well-known shapes do not leave with a text."""

import ast

import pytest
import yaml

from assistant.detection.finding import Kind
from assistant.redaction import Found, Redaction, value_key

A, B = "a1c2" * 10, "b3d4" * 10
U = "A1C2" * 4


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Write to ann.lee+x@example.co.uk.", "Write to REDACTED_EMAIL_1."),
        ("<bob@acme.dev>, <bob@acme.dev>", "<REDACTED_EMAIL_1>, <REDACTED_EMAIL_1>"),
        (f"login(token='hf_{A}')", "login(token='REDACTED_TOKEN_1')"),
        (f"OPENAI_API_KEY=sk-proj-{A}", "OPENAI_API_KEY=REDACTED_TOKEN_1"),
        (f"ghp_{A} github_pat_{A}", "REDACTED_TOKEN_1 REDACTED_TOKEN_2"),
        (f"aws AKIA{U} ok", "aws REDACTED_TOKEN_1 ok"),
        (f"xoxb-{A} npm_{A} glpat-{A}", "REDACTED_TOKEN_1 REDACTED_TOKEN_2 REDACTED_TOKEN_3"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_1", "Bearer REDACTED_TOKEN_1"),
        ("postgresql://ann:s3cret@db/x", "postgresql://REDACTED_LOGIN_1@db/x"),
        ("redis://:s3cret@db:6379", "redis://REDACTED_LOGIN_1@db:6379"),
        ("https://ann:s3cret@mail.example.org/", "https://REDACTED_LOGIN_1@mail.example.org/"),
        ("open('/home/ann/x.py')", "open('/home/REDACTED_HOME_1/x.py')"),
        ("/Users/ann/x and C:\\Users\\ann\\y", "/Users/REDACTED_HOME_1/x and C:\\Users\\REDACTED_HOME_1\\y"),
        (
            f"-----BEGIN RSA PRIVATE KEY-----\n{A}\n{B}\n-----END RSA PRIVATE KEY-----\nend",
            "REDACTED_PRIVATE_KEY_1\nend",
        ),
        (f"-----BEGIN OPENSSH PRIVATE KEY-----\n{A}", "REDACTED_PRIVATE_KEY_1"),
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
    assert redaction.of("a@acme.dev b@acme.dev") == "REDACTED_EMAIL_1 REDACTED_EMAIL_2"
    assert redaction.of("b@acme.dev c@acme.dev") == "REDACTED_EMAIL_2 REDACTED_EMAIL_3"
    assert Redaction().of("c@acme.dev") == "REDACTED_EMAIL_1"


def test_redacting_twice_changes_nothing_more() -> None:
    text = f"ann@acme.dev hf_{A} https://a:b@c.de /home/ann/x -----BEGIN PRIVATE KEY-----\n{A}"
    once = Redaction().of(text)
    assert Redaction().of(once) == once


def test_what_is_kept_stays_and_is_still_told() -> None:
    redaction = Redaction(kept=[value_key(Kind.EMAIL, "a@acme.dev")])
    assert redaction.of("a@acme.dev b@acme.dev a@acme.dev") == "a@acme.dev REDACTED_EMAIL_2 a@acme.dev"
    assert redaction.found == [
        Found("REDACTED_EMAIL_1", Kind.EMAIL, "a@acme.dev", 2),
        Found("REDACTED_EMAIL_2", Kind.EMAIL, "b@acme.dev", 1),
    ]


CODE = f"""
import os
HOSTS = {{"db": "81.2.69.142", "mail": "2a01:4f8:aaaa:bbbb::2"}}
def login(password="tr0ub4dor{A}"):
    return open("/home/ann/key.pem").read(), "postgresql://ann:s3cret@db/x", "ann@acme.dev", "+49 30 9018 2713"
KEY = '''-----BEGIN RSA PRIVATE KEY-----
{A}
-----END RSA PRIVATE KEY-----'''
"""


def test_code_is_still_code() -> None:
    redacted = Redaction().of(CODE)
    ast.parse(redacted)
    assert redacted.count("REDACTED_") == 8
    assert yaml_names(Redaction().of(f"host: 81.2.69.142\ntoken: hf_{A}\n")) == {"host": str, "token": str}


def yaml_names(text: str) -> dict[str, type]:
    return {name: type(value) for name, value in yaml.safe_load(text).items()}


@pytest.mark.parametrize(
    "piece",
    [
        "a.", "a@", "://a:", "/home/", "-----BEGIN RSA PRIVATE KEY-----", "eyJaaaaaaaaaa.", "-", "sk-", "xoxb-1-",
        "Abc: -----BEGIN RSA PRIVATE KEY-----\n", "+1234567890123456789012345a ", "password ", "1.", "tel: 1 ", "2001:",
    ],
)  # fmt: skip
def test_hostile_text_is_gone_through_once(piece: str) -> None:
    """Where a pattern went back and forth, this would take minutes."""
    text = piece * (200_000 // len(piece))
    assert Redaction().of(text + " end").endswith("end")
