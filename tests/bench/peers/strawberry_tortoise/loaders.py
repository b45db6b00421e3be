"""What posts and members have, loaded for all that ask at once: one request's loaders of Strawberry."""

from collections import Counter, defaultdict
from itertools import chain
from uuid import UUID

from strawberry.dataloader import DataLoader

from tests.bench.peers.strawberry_tortoise.models import Member, Reaction, Standing, Tally, TallyDelta

LOWEST = "member"


class Loaders:
    """Made anew for each request: what was loaded is remembered as long as it lasts."""

    def __init__(self, member_id: UUID) -> None:
        self.member_id = member_id
        self.members = DataLoader(load_fn=members)
        self.tiers = DataLoader(load_fn=tiers)
        self.reaction_counts = DataLoader(load_fn=reaction_counts)
        self.has_reacted = DataLoader(load_fn=self._has_reacted)

    async def _has_reacted(self, post_ids: list[UUID]) -> list[bool]:
        reactions = Reaction.filter(member_id=self.member_id, subject_id__in=post_ids)
        found = set(await reactions.values_list("subject_id", flat=True))
        return [each in found for each in post_ids]


async def members(ids: list[UUID]) -> list[Member]:
    """Each has a row."""
    found = await Member.in_bulk(ids, "id")
    return [found[each] for each in ids]


async def tiers(member_ids: list[UUID]) -> list[str]:
    """The keys."""
    found = {each.member_id: each.tier for each in await Standing.filter(member_id__in=member_ids)}
    return [found.get(each, LOWEST) for each in member_ids]


async def reaction_counts(post_ids: list[UUID]) -> list[Counter[str]]:
    """By kind."""
    counts: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    tallies = await Tally.filter(subject_id__in=post_ids).values_list("subject_id", "measure", "value")
    deltas = await TallyDelta.filter(subject_id__in=post_ids).values_list("subject_id", "measure", "delta")
    for subject_id, kind, count in chain(tallies, deltas):
        counts[subject_id][kind] += count
    for counted in counts.values():
        del counted["comments"]
    return [+counts[each] for each in post_ids]
