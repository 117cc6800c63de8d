"""A question's files as HTML: safe whatever they contain."""

from functools import partial

import nh3

from assistant.conversation import Attachment
from assistant.rendering import attached_files
from assistant.wording import Wording

render_attached_files = partial(attached_files.render_attached_files, t=Wording())

HOSTILE = "</code></pre></details><script>alert(1)</script><img src=x onerror=alert(2)> &lt;b&gt; \" '"


def test_each_file_is_closed_under_its_name_and_highlighted() -> None:
    html = render_attached_files([Attachment(name="a.py", text="def f(): ...\n"), Attachment(name="b", text="x < y\n")])
    assert html.count("<details ") == 2
    assert " open" not in html
    assert "<summary>a.py</summary>" in html
    assert '<span class="k">def</span>' in html
    assert "x &lt; y" in html


def test_neither_name_nor_text_is_markup() -> None:
    html = render_attached_files([Attachment(name=f"{HOSTILE}.html", text=HOSTILE)])
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("<details") == html.count("</details>") == 1
    assert HOSTILE in nh3.clean(html, tags=set()).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_a_large_file_is_shown_whole() -> None:
    text = "x = '<>'\n" * 20_000
    assert render_attached_files([Attachment(name="a.py", text=text)]).count("&lt;&gt;") == 20_000
