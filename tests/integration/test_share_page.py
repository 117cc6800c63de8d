"""What somebody sees who opens a share link, and what they cannot find out."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.robotparser import RobotFileParser

import httpx2
import pytest

from assistant.version import VERSION
from storage.sqlite import driver
from tests.web_app import WebApp, publish, web_app

HOSTILE = """<script>alert(1)</script> <img src=x onerror=alert(2)> [click](javascript:alert(3))
![tracker](https://evil.example/pixel.png) <a href="data:text/html,x" onclick="alert(4)">five</a>

<form action="https://evil.example"><input name=password></form> <style>body{display:none}</style>

```html
</code></pre><script>alert(6)</script>
```
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def link(running: WebApp) -> str:
    return running.shared("How do I sort?", "Use `sorted()`.")[1]


@pytest.fixture
def stranger(running: WebApp) -> httpx2.Client:
    return running.visitor()


def told(response: httpx2.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that a client can see."""
    return response.status_code, response.content, sorted(response.headers.items())


def test_it_shows_title_date_model_licence_and_the_conversation(stranger: httpx2.Client, link: str) -> None:
    page = stranger.get(link)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert re.search(r"<h1[^>]*>How do I sort\?</h1>", page.text)
    assert re.search(r'<time datetime="\d{4}-\d\d-\d\dT[^"]*">\w+ \d+, \d{4}, [^<]+ UTC</time>', page.text)
    assert "smollm2-135m-instruct" in page.text
    assert 'href="https://www.apache.org/licenses/LICENSE-2.0"' in page.text
    assert "Use <code>sorted()</code>." in page.text


def test_each_answer_says_how_and_when_it_was_made(stranger: httpx2.Client, link: str) -> None:
    source = re.search(r'<details class="source">.*?</details>', stranger.get(link).text, re.DOTALL)
    assert source
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", source[0]))
    assert re.fullmatch(r"\S+ · \S+", facts["Model and revision"])
    assert re.fullmatch(r"\S+ · sha256 [0-9a-f]{64}", facts["Prompt"])
    assert facts["Sampling"].startswith("Temperature 0.2, Top-p 0.9, Top-k 50")
    assert facts["Seed"].isdecimal()
    assert re.fullmatch(r'<time datetime="\d{4}-\d\d-\d\dT[^"]+">.+ UTC</time>', facts["Written"])
    assert f"<p>Tech Assistant {VERSION}</p>" in stranger.get(link).text


def test_its_files_carry_the_licence_and_can_be_imported(running: WebApp, stranger: httpx2.Client, link: str) -> None:
    licence = "Licence of the model smollm2-135m-instruct: Apache-2.0 https://www.apache.org/licenses/LICENSE-2.0"
    assert stranger.get(f"{link}/markdown").text.endswith(f"\n\n{licence}\n")
    file = stranger.get(f"{link}/json")
    assert file.json()["notice"].endswith(licence)
    assert running.client.post("/import", content=file.content).json()["new"] == 1


def test_it_is_kept_out_of_search_and_caches(stranger: httpx2.Client, link: str) -> None:
    page = stranger.get(link)
    assert '<meta name="robots" content="noindex, nofollow, noarchive">' in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert page.headers["cache-control"] == "private, no-store"
    # Its address is its secret: links on it must not carry it away.
    assert page.headers["referrer-policy"] == "no-referrer"


def test_a_preview_of_its_link_gets_none_of_it(stranger: httpx2.Client, link: str) -> None:
    head = stranger.get(link).text.partition("</head>")[0]
    previewed = re.findall(r'<meta (?:name|property)="((?:og:)?(?:title|description))" content="([^"]*)">', head)
    assert [name for name, _ in previewed] == ["description", "og:title", "og:description"]
    words = {"A shared conversation", "A conversation with a technical assistant, shared by its author."}
    assert {told for _, told in previewed} == words
    for secret in ("sort", "smollm2"):
        assert secret not in head


def test_crawlers_may_fetch_it_so_that_they_see_that_it_is_not_to_be_kept(stranger: httpx2.Client, link: str) -> None:
    rules = RobotFileParser()
    rules.parse(stranger.get("/robots.txt").text.splitlines())
    assert rules.can_fetch("*", link)
    assert not [path for path in ("/", "/shares", "/export.zip") if rules.can_fetch("*", path)]


def test_it_can_be_reported_where_there_is_an_address_for_that(tmp_path: Path, running: WebApp, link: str) -> None:
    assert "Report this page" not in running.visitor().get(link).text
    with web_app(tmp_path, report_address="abuse@example.org") as reported:
        page = reported.visitor().get(reported.shared("How?", "So.")[1])
    assert re.search(r'<a href="mailto:abuse@example\.org"[^>]*>Report this page</a>', page.text)


def test_it_needs_no_script_and_loads_nothing_from_elsewhere(stranger: httpx2.Client, link: str) -> None:
    page = stranger.get(link)
    assert re.findall(r"<script[^>]*>", page.text) == [
        '<script src="/site/theme.js">',
        *(f'<script src="/site/{name}.js" defer>' for name in ("language", "copy", "code")),
    ]
    assert not re.search(r'(?:src|<link[^>]* href)="(?:https?:)?//', page.text)
    for part in re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', page.text):
        assert stranger.get(part).status_code == 200


def test_it_can_be_printed(stranger: httpx2.Client) -> None:
    style = stranger.get("/site/share.css").text
    assert re.search(r"@media print \{.*form.*display: none", style, re.DOTALL)


def test_it_sets_no_cookie(stranger: httpx2.Client, link: str) -> None:
    for path in (link, "/s/unknown", "/healthz", "/readyz", "/site/share.css"):
        assert "set-cookie" not in stranger.get(path).headers
    assert not stranger.cookies


def test_hostile_text_is_shown_and_does_nothing(running: WebApp, stranger: httpx2.Client) -> None:
    _, link = running.shared(HOSTILE, HOSTILE)
    page = stranger.get(link)
    body = re.search(r"<body>.*</body>", page.text, re.DOTALL)
    assert body
    tags = re.findall(r"<[a-z][^>]*>", body[0])
    assert not [tag for tag in tags if re.match(r"<(?:script|img|style|iframe|svg|object|base|meta|link)\b", tag)]
    assert not [tag for tag in tags if re.search(r"\son\w+=|javascript:|data:text", tag)]
    assert [tag for tag in tags if tag.startswith("<form")] == [f'<form method="post" action="{link}/continue">']
    inputs = {tag for tag in tags if tag.startswith("<input") and "checkbox" not in tag}
    assert inputs == {'<input type="hidden" name="version" value="1">'}
    # The words are all there, as words: in the title, the question and the answer.
    assert html.unescape(body[0]).count("<script>alert(1)</script>") == 3
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_unknown_malformed_and_revoked_links_are_the_same_to_the_byte(running: WebApp, stranger: httpx2.Client) -> None:
    page, link = running.shared("And this?", "Secret.")
    assert stranger.get(link).status_code == 200
    assert running.client.post(f"/shares/{newest_share(running)}/revoke").status_code == 303
    used_up = publish(running.client, running_id(page.shown), views="1")
    assert stranger.post(used_up).status_code == 200
    expired = publish(running.client, running_id(page.shown))
    with closing(driver().connect(running.data_dir / "assistant.db")) as database, database:
        database.execute("UPDATE shares SET expires_at = '2026-01-01' WHERE id = ?", [newest_share(running)])
    paths = [link, used_up, expired, f"{link}/markdown", f"{expired}/json", "/s/" + "x" * 43, "/s/x", "/s/%00%ff"]
    seen = [told(stranger.get(path)) for path in (*paths, f"{link}x", "/s/" + "é" * 500)]
    assert seen[0][0] == 404
    assert all(other == seen[0] for other in seen[1:])
    assert (
        told(stranger.post(f"{link}/continue"))[:2] == told(stranger.post(f"/s/{'x' * 43}/continue"))[:2] == seen[0][:2]
    )


def test_what_looks_through_a_message_takes_no_view(running: WebApp, stranger: httpx2.Client) -> None:
    page, _ = running.shared("Few?", "Only two.")
    link = publish(running.client, running_id(page.shown), views="2")
    for _ in range(3):
        assert "can be opened 2 more times" in stranger.get(link).text
        assert stranger.get(f"{link}/json").headers["location"] == link
    opened = stranger.post(link).text
    assert "Only two." in opened
    assert "can be opened once more" in stranger.get(link).text
    file = re.search(rf'{link}/markdown\?grant=[^"]+', opened)
    assert file and "Only two." in stranger.get(file[0]).text


def test_a_deleted_conversation_takes_its_links_along(running: WebApp, stranger: httpx2.Client) -> None:
    page, link = running.shared("Gone soon?", "Yes.")
    assert page.do("act", action=json.dumps({"do": "delete", "conversation": running_id(page.shown)}))
    assert told(stranger.get(link)) == told(stranger.get("/s/" + "x" * 43))


def test_going_on_makes_a_copy_for_a_visitor_who_gets_an_identity(stranger: httpx2.Client, link: str) -> None:
    went_on = stranger.post(f"{link}/continue")
    assert went_on.status_code == 303
    assert re.fullmatch(r"/\?c=[0-9a-f]{32}", went_on.headers["location"])
    assert "HttpOnly" in went_on.headers["set-cookie"]
    again = stranger.post(f"{link}/continue")
    assert "set-cookie" not in again.headers
    assert again.headers["location"] == went_on.headers["location"]


def test_another_sites_page_cannot_make_a_visitor_go_on(stranger: httpx2.Client, link: str) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert stranger.post(f"{link}/continue", headers=headers).status_code == 403


def test_a_failing_database_is_told_as_such(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        _, link = running.shared("Kept?", "Yes.")
        break_database(tmp_path / "assistant.db")
        page = running.client.get(link)
        assert page.status_code == 503
        assert int(page.headers["retry-after"]) > 0
        assert "database" in page.text


def newest_share(running: WebApp) -> str:
    found = re.search(r"/shares/(\w+)/revoke", running.client.get("/shares").text)
    assert found
    return found[1]


def running_id(shown: dict[str, str]) -> str:
    return str(json.loads(shown["position"])["conversation_id"])


def break_database(path: Path) -> None:
    with closing(driver().connect(path)) as connection:
        connection.execute("DROP TABLE shares")
