"""What Markdown becomes: safe HTML, plain text, hashtags and mentions."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.posts.rules import markdown
from community.posts.rules.markdown import RENDERER, parse, rendered

REL = 'rel="nofollow ugc noopener"'
TAGS = {"p", "br", "hr", "strong", "em", "del", "a", "code", "pre", "blockquote", "ul", "ol", "li"}
TAGS |= {f"h{level}" for level in range(1, 7)}
HREF = re.compile(r"https?://|mailto:|/hashtags/[\w%.~-]+$|/members/[a-z0-9_]+$", re.IGNORECASE)

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>@import 'javascript:alert(1)'</style>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><input type=submit>",
    "<details open ontoggle=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](/hashtags/../../admin)",
    '[x](https://a.tw "onmouseover=alert(1)")',
    '[x](<https://a.tw/" onmouseover="alert(1)>)',
    "![x](javascript:alert(1))",
    '![x" onerror="alert(1)](https://a.tw/x.png)',
    "![](https://tracker.example/pixel.gif)",
    "<javascript:alert(1)>",
    '<https://a.tw/"onclick=alert(1)>',
    'https://a.tw/"><img/src=x/onerror=alert(1)>',
    "https://a.tw/'onclick='alert(1)",
    "[a]: javascript:alert(1)\n\n[a]",
    '```"><script>alert(1)</script>\nx\n```',
    "```html onload=alert(1)\n<script>\n```",
    "`<img src=x onerror=alert(1)>`",
    '#"><script>alert(1)</script>',
    '#x" onclick="alert(1)',
    '@anna" onclick="alert(1)',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "**<b onclick=alert(1)>**",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "[<img src=x onerror=alert(1)>](https://a.tw)",
    "[[x](javascript:alert(1))](https://a.tw)",
    "\\<script>alert(1)\\</script>",
    "﹤script﹥alert(1)﹤/script﹥",
    "\ud800<script>alert(1)</script>".encode("utf-8", "replace").decode(),
    "<a\u0000 href=javascript:alert(1)>",
]


class Inspector(HTMLParser):
    """Refuses everything that a post has no need of."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert (tag, name) in {("a", "href"), ("a", "class"), ("a", "rel"), ("ol", "start")}, (tag, name)
            assert name != "href" or HREF.match(value or ""), value
            assert name != "rel" or value == "nofollow ugc noopener"
            assert name != "class" or value in ("hashtag", "mention")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)


def inspect(source: str) -> None:
    inspector = Inspector()
    inspector.feed(parse(source).html({"anna"}))
    inspector.close()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_becomes_text(attack: str) -> None:
    inspect(attack)
    inspect(f"text **bold {attack}\n\n> {attack}\n- {attack}")


PIECES = [*ATTACKS, "*", "**", "`", "```\n", "[", "](", ")", "<", ">", '"', "'", "\n", "\n\n", "    ", "- ", "> ", "#a",
          "@anna", "https://a.tw/", "&amp;", "&", "\\", "台北", "![", "_", "~~", "1. ", "|"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join))
def test_nothing_that_can_be_put_together_is_dangerous(source: str) -> None:
    inspect(source)


def test_a_hashtag_links_to_its_name_and_keeps_its_spelling() -> None:
    document = parse("很棒＃Ｂｏｏｋ，推薦")
    assert document.html() == f'<p>很棒<a class="hashtag" href="/hashtags/book" {REL}>＃Ｂｏｏｋ</a>，推薦</p>'
    assert document.hashtags == ("book",)


def test_hashtags_come_in_the_order_of_the_text() -> None:
    assert parse("#b #a\n\n- #B\n- **#c**").hashtags == ("b", "a", "b", "c")


@pytest.mark.parametrize(
    "source",
    [
        "`#x @anna`",
        "```\n#x\n@anna\n```",
        "[#x @anna](https://a.tw)",
        r"\#x \@anna",
        "<https://a.tw/#x>",
        "a`b`#x",
        "# x",
    ],
)
def test_code_links_and_backslashes_keep_their_signs(source: str) -> None:
    document = parse(source)
    assert document.hashtags == ()
    assert document.mentions == ()


def test_a_line_that_begins_with_a_hashtag_is_no_heading() -> None:
    assert parse("#tag\n#tag2").hashtags == ("tag", "tag2")
    assert parse("# heading #tag").html().startswith("<h1>heading <a")


def test_only_members_who_exist_are_linked() -> None:
    document = parse("@anna @Bert")
    assert document.mentions == ("anna", "bert")
    assert document.html({"bert"}) == f'<p>@anna <a class="mention" href="/members/bert" {REL}>@Bert</a></p>'


def test_emphasis_works_next_to_chinese_punctuation() -> None:
    assert parse("**「粗體」**字").html() == "<p><strong>「粗體」</strong>字</p>"


def test_a_line_break_is_a_line_break_and_html_is_text() -> None:
    assert parse("a\nb <b>c</b>").html() == "<p>a<br>\nb &lt;b&gt;c&lt;/b&gt;</p>"


def test_an_image_becomes_a_link() -> None:
    assert parse("![貓](https://a.tw/cat.png)").html() == f'<p><a href="https://a.tw/cat.png" {REL}>貓</a></p>'
    assert parse("[![貓](https://a.tw/cat.png)](https://b.tw)").html() == f'<p><a href="https://b.tw" {REL}>貓</a></p>'


def test_an_address_in_the_text_is_a_link() -> None:
    assert parse("看https://a.tw/，好").html() == f'<p>看<a href="https://a.tw/" {REL}>https://a.tw/</a>，好</p>'


def test_the_plain_text_is_what_a_reader_sees() -> None:
    document = parse("# 標題\n\n**粗**體 `code` [連結](https://a.tw) &amp; <b>")
    assert document.text.split() == ["標題", "粗體", "code", "連結", "&", "<b>"]


@pytest.mark.parametrize("source", [">" * 10_000, "- " * 5_000, "".join(" " * n + "- a\n" for n in range(120))])
def test_nesting_ends_somewhere(source: str) -> None:
    html = parse(source).html()
    assert html.count("<blockquote>") + html.count("<ul>") <= 24
    inspect(source)


@pytest.mark.parametrize(
    "source",
    [
        ">" * 10_000,
        "#a" * 30 + "@abc " * 30 + "http://a " * 1_000,
        "*a*" * 3_333,
        "[" * 10_000,
        "&" * 10_000,
        "![a](http://x)" * 714,
        "http://a" + ")" * 9_990,
        r"\#" * 5_000,
        "#" + "a\u200d" * 4_999,
        "- a\n" * 2_500,
        "*" * 5_000 + "a" + "*" * 4_999,
        "[a]: http://" + "b" * 4_000 + "\n\n" + "[a]" * 1_900,
        "|a" * 1_000 + "\n" + "|-" * 1_000 + "\n" + "|\n" * 2_000,
        "ﷺ" * 10_000,
    ],
)
def test_a_hostile_text_of_full_length_yields_html_of_bearable_length(source: str) -> None:
    assert len(parse(source).html()) <= 10 * len(source)


def test_html_of_an_older_renderer_is_made_again() -> None:
    assert rendered("<p>old</p>", RENDERER, "new @anna", ["anna"]) == "<p>old</p>"
    assert rendered("<p>old</p>", RENDERER - 1, "new @anna", ["anna"]) == markdown.parse("new @anna").html(["anna"])
