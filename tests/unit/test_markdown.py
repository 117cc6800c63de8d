"""Whatever a message says, its page shows text: nothing runs, nothing loads, and code is the code that was written."""

from collections.abc import Callable
from functools import partial
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import Role
from assistant.rendering import code_block, markdown
from assistant.wording import Wording
from tests.corpus import CORPUS
from tests.hostile import DEEP, PAYLOADS, Message, messages

WORDING = Wording()
render_code = partial(code_block.render_code, t=WORDING)
render_markdown = partial(markdown.render_markdown, t=WORDING)
render_typed = partial(markdown.render_typed, t=WORDING)
render_message_body = partial(markdown.render_message_body, t=WORDING)

PLAIN = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "blockquote", "ul", "li", "table",
    "thead", "tbody", "tr",
}  # fmt: skip
ALLOWED: dict[str, set[str]] = {
    "a": {"href", "title", "rel", "target"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
    "div": {"class", "dir", "role", "aria-label"},
    "span": {"class", "data-name"},
    "pre": {"tabindex"},
    "button": {"type", "data-copy", "data-save", "title"},
    "input": {"type", "class", "title", "aria-label"},
    "label": {"class"},
}
Renderer = Callable[[str], str]
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<template><script>alert(1)</script></template>",
    "<p style='position:fixed;inset:0' onmouseover=alert(1)>over everything</p>",
    "<style>@import 'https://evil.example/x.css';</style><link rel=stylesheet href=//evil.example>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe><base href=//evil.example>",
    "<form action=//evil.example><input name=q autofocus onfocus=alert(1)></form>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<button data-copy=code onclick=alert(1) type=submit>Copy</button>",
    '<div class="code-head"><a name=log id=log>clobbered</a></div>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1)) [x](<java\nscript:alert(1)>)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x) [x](file:///etc/passwd) [x](blob:https://a/b) [x](//evil.example)",
    "<javascript:alert(1)> <https://ok.example>",
    '[x](https://ok.example "\\" onmouseover=\\"alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](https://evil.example/track.gif)",
    "![x](data:image/png;base64,AAAA)",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    '![x" onerror="alert(1)](https://evil.example/"onerror="alert(1))',
    "![<script>alert(1)</script>](javascript:alert(1))",
    "```<script>alert(1)</script>\nx\n```",
    '```"><img/src=x/onerror=alert(1)>\nx\n```',
    "```html\n<script>alert(1)</script>\n<img src=x onerror=alert(1)>\n```",
    "```python\n</code></pre><script>alert(1)</script>\n```",
    "~~~\n</div></div><script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>\n",
    "| <img src=x onerror=alert(1)> |\n|---|\n| [x](javascript:alert(1)) |",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;",
    "<!-- --><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]> <?php alert(1) ?>",
    "\x00<script\x00>alert(1)</script\x00> <scr\ud800ipt>",
    "lone \ud83d and \ude00 halves",
    "\ufeff<script>alert(1)</script>\u2028\u2029\x0b\x0c\x85",
    ">" * 5000 + " deep",
    "- " * 5000 + "deep",
    "*" * 5000 + "a" + "*" * 5000,
    "[" * 5000 + "a" + "](javascript:x)" * 5000,
    "![" * 5000,
    "<a " * 5000,
    "```" * 5000,
    "~" * 100_000,
    "`" * 100_000,
    "```\n" * 10_000,
    "|a" * 3000 + "\n" + "|-" * 3000,
]
RENDERERS = pytest.mark.parametrize("render", [render_markdown, render_typed], ids=["answer", "question"])


class Page(HTMLParser):
    """What a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.code: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data
        if "code" in self._open:
            self.code[-1] += data


def assert_harmless(html: str) -> None:
    for tag, attributes in Page(html).tags:
        assert tag in PLAIN | ALLOWED.keys()
        assert set(attributes) <= ALLOWED.get(tag, set())
        if href := attributes.get("href"):
            assert urlsplit(href).scheme in {"http", "https", "mailto", ""}
            assert attributes["rel"] == "nofollow ugc noopener noreferrer"
            assert attributes["target"] == "_blank"


@RENDERERS
@pytest.mark.parametrize("text", [*HOSTILE, *PAYLOADS], ids=lambda text: repr(text[:40]))
def test_nothing_hostile_is_active(render: Renderer, text: str) -> None:
    html = render(text)
    html.encode()
    assert_harmless(html)


@RENDERERS
@pytest.mark.parametrize("message", messages("https://e.example"), ids=lambda message: repr(message.text[:40]))
def test_no_hostile_part_of_a_message_hides_the_next(render: Renderer, message: Message) -> None:
    page = Page(render(message.text))
    assert [line for line in message.shown if line not in page.text or line in "".join(page.code)] == []


@pytest.mark.parametrize("text", DEEP, ids=lambda text: repr(text[:20]))
def test_what_follows_lists_and_quotes_of_any_depth_is_shown(text: str) -> None:
    assert "and on" in Page(render_markdown(f"{text}\n\nand on")).text


@RENDERERS
@given(st.lists(st.one_of(st.sampled_from([*HOSTILE[:43], *CORPUS]), st.text(max_size=9)), max_size=5).map("\n".join))
def test_nothing_put_together_from_hostile_parts_is_active(render: Renderer, text: str) -> None:
    assert_harmless(render(text))


@RENDERERS
def test_a_megabyte_of_brackets_comes_out_as_text(render: Renderer) -> None:
    assert Page(render("[" * 1_000_000)).text.strip() == "[" * 1_000_000


def test_an_answer_longer_than_any_is_shown_as_typed() -> None:
    assert "<em>" in render_markdown("*a* " * 25_000)
    assert "<em>" not in render_markdown("*a* " * 25_001)


def test_raw_html_is_shown_as_it_was_typed() -> None:
    assert Page(render_markdown("a <b onclick=x>bold</b>")).text.strip() == "a <b onclick=x>bold</b>"


def test_an_image_is_a_link_and_a_link_that_could_run_goes_nowhere() -> None:
    assert ("a", "https://e.example/i.png") in [
        (tag, attributes.get("href")) for tag, attributes in Page(render_markdown("![i](https://e.example/i.png)")).tags
    ]
    for text in ("![i](data:image/png;base64,AAAA)", "[i](data:image/png;base64,AAAA)", "[i](javascript:x)"):
        assert [attributes for _, attributes in Page(render_markdown(text)).tags if "href" in attributes] == []


def test_markdown_is_set_as_markdown() -> None:
    html = render_markdown("# One\n\n- *two*\n- **three** ~~four~~\n\n> five\n\n|a|\n|:-:|\n|b|\n\n3. `six`")
    tags = [tag for tag, _ in Page(html).tags]
    assert {"h1", "ul", "li", "em", "strong", "s", "blockquote", "table", "td", "ol", "code"} <= set(tags)


def test_columns_are_set_by_an_attribute_since_no_page_allows_a_style() -> None:
    html = render_markdown("|a|b|c|d|\n|---|:--|:-:|---:|\n|1|2|3|4|")
    for cell, texts in (("th", "abcd"), ("td", "1234")):
        aligned = zip(texts, ("", ' align="left"', ' align="center"', ' align="right"'), strict=True)
        assert [text for text, how in aligned if f"<{cell}{how}>{text}</{cell}>" not in html] == []


def test_code_is_highlighted_and_named() -> None:
    html = render_markdown("```python title=x.py\ndef f():\n    return 1\n```")
    assert '<span>Python · x.py</span><button type="button" data-copy="code">' in html
    assert '<span class="k">def</span>' in html


@pytest.mark.parametrize("language", ["nosuchlanguage", "brainfuck", "", "text"])
def test_code_of_an_unknown_language_is_plain(language: str) -> None:
    assert "<code>def f(): &lt;x&gt;\n</code>" in render_code("def f(): <x>\n", language)


def test_code_too_long_to_read_is_plain() -> None:
    assert "class=" in render_code("x = 1\n", "python").split("<code>")[1]
    assert "<span" not in render_code("x = 1\n" * 2000, "python").split("<code>")[1]


@pytest.mark.parametrize("language", ["python", "c", "console", "html", "pycon", "yaml", "nosuchlanguage"])
@RENDERERS
@given(code=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=60))
def test_code_survives_byte_for_byte(render: Renderer, language: str, code: str) -> None:
    html = render(f"~~~~~~ {language}\n{code}\n~~~~~~\n")
    assert Page(html).code == [f"{code}\n"]


def test_code_that_takes_too_long_to_highlight_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_block, "_LONGEST_SECONDS", -1.0)
    assert "<code>slow = 1\nslower = 2\n</code>" in render_code("slow = 1\nslower = 2\n", "python")


def test_code_that_its_lexer_is_slow_with_is_whole() -> None:
    # C's takes quadratic time on empty lines.
    assert Page(render_markdown("```c\n" + "\n" * 9000 + "```")).code == ["\n" * 9000]


def test_a_language_is_named_as_it_was_typed() -> None:
    assert Page(render_markdown("```a<b>c&amp;\nx\n```")).text.startswith("a<b>c&amp;Copy")


@pytest.mark.parametrize("language", ["python", "c", "console", "pycon", ""])
def test_no_line_of_a_growing_block_is_missing(language: str) -> None:
    text = f"```{language}\n$ ls -l\n>>> print(1)\n1\n"
    for end in range(len(text) - len(text.split("\n", 1)[1]), len(text) + 1):
        assert "".join(Page(render_markdown(text[:end])).code) == text[:end].split("\n", 1)[1]


def test_a_question_is_shown_as_typed_but_for_its_fences() -> None:
    html = render_typed("# no *heading*\n  kept   spaces\n```py\nx = 1\n`````\n\nafter\n\n    ```\nno fence\n")
    assert Page(html).code == ["x = 1\n"]
    assert '<div class="typed"># no *heading*\n  kept   spaces</div>' in html
    assert '<div class="typed">after\n\n    ```\nno fence</div>' in html


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_fence_is_found_whatever_ends_its_lines(end: str) -> None:
    text = end.join(["before", "~~~ py", "x = 1", "~~~~", "after"])
    for render in (render_markdown, render_typed):
        assert Page(render(text)).code == ["x = 1\n"]
        assert "after" in Page(render(text)).text


def test_a_person_and_the_assistant_are_rendered_differently() -> None:
    assert "<em>" not in render_message_body(Role.USER, "*x*")
    assert "<em>" in render_message_body(Role.ASSISTANT, "*x*")


def test_halves_of_a_character_that_belong_together_are_joined() -> None:
    assert Page(render_markdown("\ud83d\ude00 \ud83d")).text.strip() == "😀 \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[https://huggingface.co](https://evil.example/login)", "(evil.example)"),
        ("[huggingface.co](https://evil.example)", "(evil.example)"),
        ("<https://huggingface.co@evil.example>", "(evil.example)"),
        ("[Docs](https://аpple.com)", "(xn--pple-43d.com)"),
        ("[Docs](https://docs.python.org)", ""),
        ("[docs.python.org](https://docs.python.org/3/)", ""),
        ("<https://docs.python.org/3/>", ""),
    ],
)
def test_a_link_whose_words_deceive_says_where_it_leads(text: str, told: str) -> None:
    html = render_markdown(text)
    assert (f'<span class="host">{told}</span>' in html) if told else ("host" not in html)


@RENDERERS
@pytest.mark.parametrize("unseen", ["\u202e", "\u2066", "\x1b"])
def test_what_turns_text_round_unseen_is_named_and_stays_in_what_is_copied(render: Renderer, unseen: str) -> None:
    html = render(f"```python\nif a:  # {unseen}b\n```\nand {unseen} here")
    assert html.count(f'<span class="unseen" data-name="U+{ord(unseen):04X}">{unseen}</span>') == 2
    assert Page(html).code == [f"if a:  # {unseen}b\n"]
