"""Whoever comes is answered in the language of their browser: page, events, shared pages, errors, files."""

import re
from collections.abc import Iterator

import httpx2
import pytest

from tests.page_requests import PageRequests
from tests.web_app import WebApp, web_app


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApp]:
    with web_app(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="module")
def link(running: WebApp) -> str:
    return running.shared("How do I sort?", "Use `sorted()`.")[1]


@pytest.fixture
def chinese(running: WebApp) -> httpx2.Client:
    browser = running.visitor()
    browser.headers["Accept-Language"] = "zh-CN,zh;q=0.9"
    return browser


@pytest.fixture
def english(running: WebApp) -> httpx2.Client:
    return running.visitor()


def labels(browser: httpx2.Client) -> set[str]:
    return {component["props"].get("label") for component in browser.get("/config").json()["components"]}


def test_the_pages_document_names_its_language(chinese: httpx2.Client, english: httpx2.Client) -> None:
    for browser, language in ((chinese, "zh-CN"), (english, "en")):
        page = browser.get("/")
        assert re.match(rf'<!doctype html>\s*<html\s+lang="{language}"', page.text)
        assert page.headers["content-language"] == language
        assert {"Accept-Language", "Cookie"} <= {each.strip() for each in page.headers["vary"].split(",")}


def test_controls_are_labelled_in_each_language_at_the_same_time(
    chinese: httpx2.Client, english: httpx2.Client
) -> None:
    assert {"消息", "温度"} <= labels(chinese)
    assert {"Message", "Temperature"} <= labels(english)
    assert "消息" in chinese.get("/").text


def test_a_choice_is_stronger_than_the_browsers_language(chinese: httpx2.Client) -> None:
    chinese.cookies.set("language", "en")
    assert "Message" in labels(chinese)
    assert 'lang="en"' in chinese.get("/").text


def test_events_answer_in_their_browsers_language(
    running: WebApp, chinese: httpx2.Client, english: httpx2.Client
) -> None:
    page, other = PageRequests(chinese), PageRequests(english)
    assert "还没有提过问题" in page.shown["conversations"]
    assert "Nothing asked yet" in other.shown["conversations"]
    running.model.will_say(" Use `sorted()`:\n\n```python\nsorted(x)\n```")
    assert page.do("send", message="How do I sort?")
    assert "重新生成" in page.shown["history"]
    assert page.shown["announcement"] == "回答完毕。"
    assert '<button type="button" data-copy="code">复制</button>' in page.shown["history"]


def test_an_error_is_told_in_the_language(chinese: httpx2.Client) -> None:
    page = PageRequests(chinese)
    assert page.do("act", action='{"do": "open", "conversation": "none"}')
    assert "这里没有这个对话" in page.shown["notice"]
    assert chinese.get("/export/none.json").text.startswith("这里没有这个对话")


def test_a_shared_page_is_in_the_readers_language(chinese: httpx2.Client, english: httpx2.Client, link: str) -> None:
    shared = chinese.get(link).text
    assert '<html lang="zh-CN">' in shared
    assert "继续这段对话" in shared
    assert '<html lang="en">' in english.get(link).text
    assert "没有这个页面" in chinese.get("/s/" + "x" * 43).text


def test_an_export_is_in_the_language(running: WebApp, chinese: httpx2.Client) -> None:
    page = PageRequests(chinese)
    running.model.will_say(" Use `sorted()`.")
    assert page.do("send", message="How do I sort?")
    path, *_ = re.findall(r"/export/\w+\.md", page.shown["heading"])
    assert "## 助手" in chinese.get(path).text


def test_a_shared_page_changes_its_language_without_script_or_cookie(chinese: httpx2.Client, link: str) -> None:
    assert 'href="?language=en"' in chinese.get(link).text
    shared = chinese.get(f"{link}?language=en")
    assert '<html lang="en">' in shared.text
    assert "set-cookie" not in shared.headers


def test_dates_go_by_the_clock_that_the_browser_told(english: httpx2.Client, link: str) -> None:
    assert re.search(r"<time [^>]*>[^<]* UTC</time>", english.get(link).text)
    english.cookies.set("zone", "Asia%2FShanghai")
    assert not re.search(r"<time [^>]*>[^<]* UTC</time>", english.get(link).text)
