"""Gathering the evidence on a referral, for the rules to judge: accounts, devices, how many and how fast."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from community import database
from community.access import queries as access
from community.access.rules import address_group
from community.kernel import ids
from community.members.queries import MemberView
from community.referrals import traces
from community.referrals.rules.fraud import Evidence, Judgement, Person, judge
from community.referrals.rules.owners import Owner, OwnerKind
from community.referrals.rules.programme import Programme

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Who is said to have brought whom, by which click, and when it was bound."""

    friend: MemberView
    owner: Owner
    link_id: UUID | None
    click_id: UUID | None
    signed_in_as: UUID | None
    at: datetime

    @property
    def referrer_id(self) -> UUID | None:
        """The member who would be rewarded, if it is one."""
        return self.owner.id if self.owner.kind is OwnerKind.MEMBER else None

    @property
    def clicked_at(self) -> datetime | None:
        """When the click was, if there was one."""
        return ids.time_of(self.click_id) if self.click_id else None


async def judged(case: Case, programme: Programme) -> tuple[Judgement, bytes | None]:
    """The judgement on a referral, and the trace of the address that the friend came from."""
    friend, referrer_id = case.friend, case.referrer_id
    people = await _people([friend.id, *([referrer_id] if referrer_id else [])])
    referrer = people.get(referrer_id) if referrer_id else None
    addresses = sorted(people[friend.id].addresses)
    households = [traces.household_of(each, day) for each in addresses for day in _days(friend.joined_at)]
    counts = await _counts(case, households)
    clicked_at = case.clicked_at
    evidence = Evidence(
        friend=people[friend.id],
        referrer=referrer,
        signed_in_as=case.signed_in_as,
        is_own_click=referrer is not None and _is_from(referrer, clicked_at, counts["household"]),
        seconds_since_click=(friend.joined_at - clicked_at).total_seconds() if clicked_at else None,
        joined_in_an_hour=counts["in_an_hour"] + 1,
        joined_in_a_day=counts["in_a_day"] + 1,
        joined_from_address=counts["from_address"] + 1,
        clicks_today=counts["clicks"],
        noise_today=counts["noise"],
    )
    return judge(evidence, programme), traces.household_of(addresses[0], friend.joined_at) if addresses else None


async def _people(account_ids: list[UUID]) -> dict[UUID, Person]:
    emails, devices = await access.emails(account_ids), await access.devices_of(account_ids)
    return {
        each: Person(
            account_id=each,
            email=emails.get(each),
            addresses=frozenset(address_group(address) for address, _ in devices[each]),
            devices=frozenset((address_group(address), agent) for address, agent in devices[each] if agent),
        )
        for each in account_ids
    }


async def _counts(case: Case, households: list[bytes]) -> dict[str, Any]:
    """How many others of this owner joined about then, how noisy the link was that day, where the click came from."""
    row = await database.fetch_one(
        "select count(*) filter (where bound_at between $3 and $4)::int as in_an_hour, count(*)::int as in_a_day,"
        " count(*) filter (where household = any($7))::int as from_address,"
        " (select clicks from referrals_tally where link_id = $8 and day = $9) as clicks,"
        " (select repeats + bots + heads + prefetches from referrals_tally where link_id = $8 and day = $9) as noise,"
        " (select household from referrals_click where id = $10) as household"
        " from referrals_referral where owner_id = $1 and owner_kind = $2 and bound_at between $5 and $6"
        " and member_id <> $11",
        case.owner.id,
        case.owner.kind,
        case.at - HOUR,
        case.at + HOUR,
        case.at - DAY,
        case.at + DAY,
        households,
        case.link_id,
        (case.clicked_at or case.at).date(),
        case.click_id,
        case.friend.id,
    )
    assert row is not None, "counts are always one row"
    return {**row, "clicks": row["clicks"] or 0, "noise": row["noise"] or 0}


def _is_from(person: Person, at: datetime | None, household: bytes | None) -> bool:
    return at is not None and any(traces.household_of(each, at) == household for each in person.addresses)


def _days(at: datetime) -> tuple[datetime, datetime, datetime]:
    """Traces are made under another key every day: the days around this one, too."""
    return at - DAY, at, at + DAY
