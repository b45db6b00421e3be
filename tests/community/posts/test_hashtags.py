"""Where hashtags begin and end, and when two are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.posts.rules import hashtags, links
from community.posts.rules.links import Kind


def names(text: str, before: str = "\n") -> list[str]:
    return [link.target for link in links.scan(text, before) if link.kind is Kind.HASHTAG]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("今天#台北美食#真好吃", ["台北美食", "真好吃"]),
        ("很棒#书评，推荐", ["书评"]),
        ("#台北 #高雄", ["台北", "高雄"]),
        ("＃全形 ﹟小號", ["全形", "小號"]),
        ("「#讀書心得」。", ["讀書心得"]),
        ("#台北、#高雄。#花蓮！", ["台北", "高雄", "花蓮"]),
        ("#コーヒー・ブレイク！", ["コーヒー・ブレイク"]),
        ("ｶﾌｪ#ｶﾞﾗｽ", ["ガラス"]),
        ("오늘#서울여행 좋아", ["서울여행"]),
        ("กิน#อาหารไทย ครับ", ["อาหารไทย"]),
        ("#हिन्दी में", ["हिन्दी"]),
        ("#مَرْحَبًا، #می\u200cخواهم", ["مَرْحَبًا", "میخواهم"]),
        ("#café #cafe\u0301", ["café", "café"]),
        ("#Straße #STRASSE #ＴＡＩＰＥＩ", ["strasse", "strasse", "taipei"]),
        ("#2026年 #100 #1a #①", ["2026年", "1a"]),
        ("#a_b_ #_ #__x", ["a_b_", "__x"]),
        ("#one#two##three", ["one", "two", "three"]),
        ("#美食🍜好吃 #🍜", ["美食"]),
        ("#️⃣ #⃣ #\ufe0fx", []),
        ("#a\u200bb #\u200bc #d\u2060e #\ufeff", ["a", "d"]),
        ("#\u3164 #\u115f\u1160 #x\u3164", ["x"]),
        ("C# C#語言 page#top é#x 1#x", []),
        ("a/#x &#x http://a.tw/#frag", []),
        ("#l·l #·x #x·", ["l·l", "x"]),
        ("# x #，x #", []),
        ("#a\u0301\u0302 #\u0301a", ["á\u0302"]),
        ("#ﷺ #ａb", ["ab"]),
    ],
)
def test_a_hashtag_is_found_where_a_reader_sees_one(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_what_stands_before_the_text_counts() -> None:
    assert names("#x", before="a") == []
    assert names("#x", before="今") == ["x"]


@given(st.text())
def test_every_name_that_is_found_is_a_name_and_finds_itself(text: str) -> None:
    for name in names(text):
        assert hashtags.name_of(name) == name
        assert names(f"#{name}") == [name]
        assert names(f"今天#{name}，") == [name]


@given(st.text())
def test_names_hold_only_what_can_be_seen_and_a_letter(text: str) -> None:
    for name in names(f"#{text}"):
        assert any(c.isalpha() for c in name)
        assert all(unicodedata.category(c)[0] in "LNM" or c in "_·・" for c in name)


@given(st.text(min_size=1))
def test_width_case_and_joiners_make_no_difference(text: str) -> None:
    name = hashtags.name_of(text)
    if name is not None:
        wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and c != "_" else c for c in name)
        assert hashtags.name_of(name.upper().lower()) == hashtags.name_of(name.lower())
        assert hashtags.name_of(wide) == name
        assert hashtags.name_of("\u200d".join(name)) == name


def test_the_id_of_a_hashtag_follows_from_its_name_and_stays() -> None:
    assert str(hashtags.hashtag_id("台北美食")) == str(hashtags.hashtag_id(hashtags.name_of("台北美食") or ""))
    assert hashtags.hashtag_id("taipei") != hashtags.hashtag_id("台北")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@anna 謝謝@Bob推薦 ＠carl", ["anna", "bob", "carl"]),
        ("mail a@example.com me@x.tw @@anna /@anna", []),
        ("@ab @1abc @" + "a" * 31, []),
        ("(@anna) @anna_, @anna's", ["anna", "anna_", "anna"]),
    ],
)
def test_a_mention_is_a_handle_that_is_no_part_of_something_else(text: str, found: list[str]) -> None:
    assert [link.target for link in links.scan(text) if link.kind is Kind.MENTION] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("看https://a.tw/x?y=1#z，很好", ["https://a.tw/x?y=1#z"]),
        ("(https://a.tw/b_(c)) HTTP://A.TW. https://a.tw/!", ["https://a.tw/b_(c)", "HTTP://A.TW", "https://a.tw/"]),
        ("xhttps://a.tw https:// https://，", []),
        ("https://[::1]:80/ javascript:alert(1) //a.tw", ["https://[::1]:80/"]),
    ],
)
def test_an_address_ends_where_chinese_or_the_sentence_goes_on(text: str, found: list[str]) -> None:
    assert [link.target for link in links.scan(text) if link.kind is Kind.ADDRESS] == found


@given(st.text(alphabet=st.sampled_from("#＃@a台1_/&:. https\u200d·\ufe0f")))
def test_links_follow_each_other_and_are_what_the_text_says(text: str) -> None:
    end = 0
    for link in links.scan(text):
        assert end <= link.start < link.end <= len(text)
        assert link.kind is not Kind.ADDRESS or text[link.start : link.end] == link.target
        end = link.end
