"""What comes along is what the fields that are asked for say they bring."""

from community.members import queries as members
from community.posts import queries as posts
from community.tiers import queries as tiers
from schema.along import companions
from schema.members.types import Member
from schema.posts.types import Post


def test_fields_that_are_asked_for_bring_what_they_say() -> None:
    asked = frozenset({"handle", "tier", "tier.key", "followerCount"})
    assert set(companions(Member, asked, True)) == {tiers.BESIDE, members.FOLLOWERS}
    assert companions(Member, frozenset({"author", "author.tier"}), True, "author.") == (tiers.BESIDE,)


def test_what_two_fields_bring_comes_once() -> None:
    asked = frozenset({"viewerReactions", "viewerHasReacted"})
    assert companions(Post, asked, True) == (posts.OWN_REACTIONS,)


def test_what_belongs_to_the_viewer_comes_for_nobody_else() -> None:
    asked = frozenset({"tier", "viewerFollows"})
    assert companions(Member, asked, False) == (tiers.BESIDE,)
    assert set(companions(Member, asked, True)) == {tiers.BESIDE, members.FOLLOWED}
