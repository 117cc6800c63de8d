"""What has to be found where it is less easily seen: beside scripts without spaces, under names in other languages, in
names of files and options of programs, with marks and spaces in it."""

from collections.abc import Iterator

from assistant.detection.finding import Kind
from tests.redaction_corpus.case import Case
from tests.redaction_corpus.random_text import ALNUM, UPPER, RandomText

_ROUNDS = 3
_GLUED = (
    "请联系{}谢谢",
    "我用的是{}，但是不行",
    "“{}”在第三行",
    "{}から接続できません",
    "これは{}です",
    "{}으로 보내세요",
)


def closer_positives() -> Iterator[Case]:
    draw = RandomText(20261128)
    for _ in range(_ROUNDS):
        yield from _glued(draw)
        yield from _emails(draw)
        yield from _passwords(draw)
        yield from _options(draw)
        yield from _homes(draw)


def _glued(draw: RandomText) -> Iterator[Case]:
    for place in _GLUED:
        for kind, value in (
            (Kind.EMAIL, f"{draw.name()}.{draw.word()}@acme.dev"),
            (Kind.TOKEN, "hf_" + draw.of(34)),
            (Kind.TOKEN, "AKIA" + draw.of(16, UPPER)),
            (Kind.IP_ADDRESS, f"81.{draw.random.randrange(100, 254)}.{draw.random.randrange(100, 254)}.7"),
            (Kind.PHONE, f"+49 30 90{draw.random.randrange(10, 99)} 27{draw.random.randrange(10, 99)}"),
        ):
            yield Case(place.format(value), kind, value)
    value = f"{draw.name()}:{draw.password()}"
    yield Case(f"连接postgresql://{value}@db/app失败", Kind.LOGIN, value)
    value = draw.name()
    yield Case(f"路径/home/{value}/x", Kind.HOME, value)


def _emails(draw: RandomText) -> Iterator[Case]:
    for place, domain in (
        ("to: {}", "acme.technology"),
        ("<{}>", "acme.ventures"),
        ("cc {} please", "acme.photography"),
        ("{};", "acme.capital"),
        ("mailto:{}", "acme.unheardof"),
        ("e-mail: {}", "acme.unheardof"),
        ("邮箱：{}", "acme.unheardof"),
        ("Write to {}.Then wait", "acme.com"),
        ("{}.txt", "acme.com"),
        ("an {}", "bücher.de"),
        ("{}", "correo.gov.py"),
    ):
        value = f"{draw.name()}.{draw.word()}@{domain}"
        yield Case(place.format(value), Kind.EMAIL, value)


def _passwords(draw: RandomText) -> Iterator[Case]:
    for place in (
        "密码={}", "密码：{}，请勿外传", "数据库的密码是{}。", '"密码": "{}"', "口令为 {}", "パスワードは{}です",
        "비밀번호: {}", "Passwort: {}", "пароль: {}", "contraseña = '{}'", "PGPASSWORD={} psql -h db",
    ):  # fmt: skip
        value = draw.of(draw.random.randrange(12, 20)) + "9xY2"
        yield Case(place.format(value), Kind.PASSWORD, value)
    for mark in "&|;(<,":
        value = f"{draw.of(8)}{mark}{draw.of(7)}9a"
        yield Case(f"DB_HOST=db\nDB_PASSWORD={value}\nDB_PORT=1", Kind.PASSWORD, value)
    for value in (
        f"{draw.word()} s3cret {draw.word()}7",
        f"{draw.word()} {draw.word()} {draw.word()} {draw.random.randrange(10, 99)}",
        f"{draw.of(6)}1a2 {draw.of(6)}",
    ):
        yield Case(f'password = "{value}"', Kind.PASSWORD, value)
        yield Case(f"'passphrase': '{value}',", Kind.PASSWORD, value)
    value = f"Zx9!.hf_{draw.of(34)}"
    yield Case(f'SECRET="{value}"', Kind.TOKEN, value)
    value = f"{draw.of(6)}+hf_{draw.of(34)}&{draw.of(4)}"
    yield Case(f"API_TOKEN={value}", Kind.TOKEN, value)


def _options(draw: RandomText) -> Iterator[Case]:
    value = f"{draw.name()}:{draw.of(12, ALNUM + '!#%')}"
    for place in ("curl -u {} https://acme.dev", "curl https://acme.dev \\\n  --user '{}'", "http -a {} :8000/x"):
        yield Case(place.format(value), Kind.LOGIN, value)
    value = draw.of(10)
    for place in (
        "mysql -u root -p{} shop", "mysqldump -h db -p'{}' shop > x.sql", "sshpass -p {} ssh db", '--password "{}"',
        "redis-cli -h cache -a {} ping", "docker login -u ann -p {} ghcr.io", "mongosh -u ann -p '{}'",
        "ldapsearch -x -w {} -b dc=acme",
    ):  # fmt: skip
        yield Case(place.format(value), Kind.PASSWORD, value)


def _homes(draw: RandomText) -> Iterator[Case]:
    number = draw.random.randrange(10, 99)
    for place, value in (
        ("/home/{}/code", "李雷"),
        ("cd /Users/{}/x", "Jürgen"),
        ("C:\\Users\\{}\\Desktop", "田中"),
        ("C:/Users/{}/x", f"Zoë{number}"),
        ("open('/home/{}/x')", "иван"),
        ("/home/{}\n", "王小明"),
        ("在/home/{}下面", f"{draw.name()}{number}"),
        ("/home/{}/目录", "ünal"),
    ):
        yield Case(place.format(value), Kind.HOME, value)
