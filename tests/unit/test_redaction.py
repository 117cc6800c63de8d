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
        ("请联系ann@acme.dev谢谢", "请联系REDACTED_EMAIL_1谢谢"),
        ("服务器81.2.69.142上", "服务器REDACTED_IP_ADDRESS_1上"),
        ("路径/home/ann/x", "路径/home/REDACTED_HOME_1/x"),
        ("在/home/ann下面", "在/home/REDACTED_HOME_1下面"),
        ("电话+49 30 9018 2713谢谢", "电话REDACTED_PHONE_1谢谢"),
        ("ann@acme.dev으로", "REDACTED_EMAIL_1으로"),
        ("密码=Tr0ub4dor99x", "密码=REDACTED_PASSWORD_1"),
        ("密码是abc12345，谢谢", "密码是REDACTED_PASSWORD_1，谢谢"),
        ("/home/李雷/code, /home/ünal/x", "/home/REDACTED_HOME_1/code, /home/REDACTED_HOME_2/x"),
        ("C:/Users/Jürgen/x", "C:/Users/REDACTED_HOME_1/x"),
        ("ann@acme.technology", "REDACTED_EMAIL_1"),
        ("ann@acme.com.txt", "REDACTED_EMAIL_1.txt"),
        ("to ann@acme.com.Then", "to REDACTED_EMAIL_1.Then"),
        ("DB_PASSWORD=abcd1234&xyz987", "DB_PASSWORD=REDACTED_PASSWORD_1"),
        (f'SECRET="Zx9!.hf_{A}"', 'SECRET="REDACTED_TOKEN_1"'),
        ("curl -u ann:s3cretpw1 https://acme.dev", "curl -u REDACTED_LOGIN_1 https://acme.dev"),
        ("curl x \\\n --user 'ann:s3cret pw1'", "curl x \\\n --user 'REDACTED_LOGIN_1'"),
        ("mysql -u ann -pS3cret99 shop", "mysql -u ann -pREDACTED_PASSWORD_1 shop"),
        ("PGPASSWORD=s3cretpw1 psql", "PGPASSWORD=REDACTED_PASSWORD_1 psql"),
        ('password = "my s3cret pass9"', 'password = "REDACTED_PASSWORD_1"'),
        ("postgresql://ann:s3cret@db.acme.dev/x", "postgresql://REDACTED_LOGIN_1@db.acme.dev/x"),
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
        "foo@bar.py",
        "y = x@w.to(device)",
        "z = x@self.name",
        'password: "At least 8 characters"',
        "密码：请输入8位密码",
        "docker run -u node:node -p8080:80 mysql:8",
        "PRIMARY_KEY=user_id1",
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
# 请联系ann@acme.dev谢谢，密码是Tr0ub4dor99x
RUN = ["curl -u ann:s3cretpw1 x", "mysql -pS3cret99", '/home/李雷/x', "/home/ann/y"]
SAID = dict(token="grove 9hunter2z birch")
KEY = '''-----BEGIN RSA PRIVATE KEY-----
{A}
-----END RSA PRIVATE KEY-----'''
"""


def test_code_is_still_code() -> None:
    redacted = Redaction().of(CODE)
    ast.parse(redacted)
    assert redacted.count("REDACTED_") == 15
    assert (redacted.count("REDACTED_EMAIL_1"), redacted.count("REDACTED_HOME_1")) == (2, 2)
    assert yaml_names(Redaction().of(f"host: 81.2.69.142\ntoken: hf_{A}\n")) == {"host": str, "token": str}


def yaml_names(text: str) -> dict[str, type]:
    return {name: type(value) for name, value in yaml.safe_load(text).items()}


@pytest.mark.parametrize(
    "piece",
    [
        "a.", "a@", "://a:", "/home/", "-----BEGIN RSA PRIVATE KEY-----", "eyJaaaaaaaaaa.", "-", "sk-", "xoxb-1-",
        "Abc: -----BEGIN RSA PRIVATE KEY-----\n", "+1234567890123456789012345a ", "password ", "1.", "tel: 1 ", "2001:",
        "curl -u a:", "curl \\\n -u ", "https -u ", "mysql ", "ldapsearch -", "密码是", "密码是'a ", "password='a ",
        "A_A_", "\nA_KEY=", "/home/李", "李@", "a@a.txt.", "C:\\Users\\a ", "a-b.c_", "电话1", "é@é.", "mot de passe ",
    ],
)  # fmt: skip
def test_hostile_text_is_gone_through_once(piece: str) -> None:
    """Where a pattern went back and forth, this would take minutes."""
    text = piece * (200_000 // len(piece))
    assert Redaction().of(text + " end").endswith("end")
