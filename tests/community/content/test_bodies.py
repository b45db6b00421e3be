"""What a body is made of, what its Markdown means, and what nobody should have written."""

import re
import time
from contextlib import suppress

import pytest

from community.content import errors
from community.content.rules import bodies, markdown, texts
from community.content.rules.access import Requirement, Visibility
from community.content.rules.bodies import Part, Place
from community.kernel.errors import Problem

PICTURE = "0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee"
LONG = bodies.MAX_BODY_LENGTH


def parts(body: str, *, is_public: bool = False) -> list[tuple[Place, str, str | None]]:
    found = bodies.parts_of(body, is_public=is_public, is_gate=lambda gate: gate.tier != "platinum")
    return [(part.place, part.source.strip(), part.gate.visibility.value if part.gate else None) for part in found]


def test_what_stands_above_the_wall_is_the_preview() -> None:
    assert parts("自由\n\n::: wall\n\n祕密") == [(Place.PREVIEW, "自由", None), (Place.WALLED, "祕密", None)]


def test_without_a_wall_all_of_it_is_behind_it_unless_it_asks_for_nothing() -> None:
    assert parts("全文") == [(Place.WALLED, "全文", None)]
    assert parts("全文", is_public=True) == [(Place.PREVIEW, "全文", None)]


def test_gated_blocks_stand_on_both_sides_of_the_wall() -> None:
    assert parts("甲\n::: gate tier=gold\n乙\n:::\n::: wall\n丙\n::: gate members\n丁\n:::") == [
        (Place.PREVIEW, "甲", None),
        (Place.PREVIEW, "乙", "tier"),
        (Place.WALLED, "丙", None),
        (Place.WALLED, "丁", "members"),
    ]


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_in_a_fenced_code_block_nothing_is_a_marker(fence: str) -> None:
    body = f"{fence}\n::: wall\n::: gate members\n{fence}"
    assert parts(body) == [(Place.WALLED, body, None)]


@pytest.mark.parametrize(
    ("body", "error", "line"),
    [
        ("::: wall\n\n::: wall", errors.SecondWall, 3),
        ("::: gate members\n::: gate tier=gold\n:::\n:::", errors.NestedGate, 2),
        ("::: gate members\n::: wall\n:::", errors.WallInGate, 2),
        ("一\n::: gate members\n二", errors.UnclosedGate, 2),
        ("一\n:::", errors.UnopenedGate, 2),
        ("::: gate everybody\n:::", errors.UnknownGate, 1),
        ("::: gate tier=platinum\n:::", errors.UnknownGate, 1),
        ("::: gate tier=a b\n:::", errors.UnknownGate, 1),
        ("::: Wall", errors.UnknownGate, 1),
    ],
)
def test_a_marker_out_of_place_is_refused_with_its_line(body: str, error: type[Problem], line: int) -> None:
    with pytest.raises(error) as refused:
        parts(body)
    assert refused.value.data["line"] == line


def test_only_what_everybody_may_read_can_be_searched() -> None:
    body = "自由\n::: gate members\n會員\n:::\n::: wall\n祕密"
    found = bodies.parts_of(body, is_public=False, is_gate=lambda _: True)
    assert bodies.free_text(found) == "自由"


def test_a_part_is_the_same_after_it_was_kept() -> None:
    gate = Requirement(visibility=Visibility.TIER, tier="gold")
    part = Part(place=Place.WALLED, source="x", html="<p>x</p>", gate=gate)
    assert Part.of_json(part.as_json()) == part


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "![x](javascript:alert(1))",
        '![x](media:"onerror="alert(1))',
        "![x](https://tracker.example/p.png)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<iframe src=//evil.example></iframe>",
        '<https://a.example/"onmouseover=alert(1)>',
        "[x](media:0190aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee)",
    ],
)
def test_nothing_in_markdown_runs_or_tells_others_who_reads(source: str) -> None:
    tags = " ".join(re.findall(r"<[^>]*>", markdown.render(source))).lower()
    for danger in ("<script", " onerror", "<iframe", "javascript:", "<img", "data:", "media:", " onmouseover"):
        assert danger not in tags


def test_a_picture_of_ours_gets_its_address_when_it_is_shown() -> None:
    html = markdown.render(f"![湖](media:{PICTURE})")
    assert markdown.media_in(html) == [PICTURE]
    assert markdown.with_addresses(html, {PICTURE: '/m?a=1&b="'}) == '<p><img src="/m?a=1&amp;b=&quot;" alt="湖"></p>'
    assert markdown.with_addresses(html, {}) == '<p><img src="" alt="湖"></p>'


def test_ten_megabytes_are_refused_before_anything_is_read() -> None:
    with pytest.raises(errors.BodyTooLong):
        parts("x" * 10_000_000)


@pytest.mark.parametrize(
    "hostile",
    [
        "> " * (LONG // 2),
        "**a " * (LONG // 4),
        "*" * (LONG // 2 - 1) + "a" + "*" * (LONG // 2 - 1),
        "[" * LONG,
        "|a|\n|-|\n" * (LONG // 8),
        "\n".join("  " * depth + "- x" for depth in range(300)),
        "::: gate members\n:::\n" * (LONG // 22),
        "<" * LONG,
    ],
    ids=lambda text: text[:6],
)
def test_no_body_takes_long(hostile: str) -> None:
    begun = time.process_time()
    with suppress(errors.BodyTooDeep, errors.TooManyParts):
        parts(hostile)
    assert time.process_time() - begun < 3


def test_a_slug_keeps_letters_and_digits_of_any_script() -> None:
    assert texts.slug("台北 美食：Best of 2026!!") == "台北-美食-best-of-2026"
    assert texts.slug("ＦＵＬＬ　ｗｉｄｔｈ") == "full-width"
    assert len(texts.slug("長" * 300)) == texts.MAX_SLUG_LENGTH
    for nothing in ("", "!!!", "…", "\u200b"):
        with pytest.raises(errors.SlugUnusable):
            texts.slug(nothing)
