"""Conversions: reported once under the partner's own id, their clicks and amounts checked; the sandbox."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from community import database
from community.access.policy import SYSTEM, Actor, Scope
from community.kernel import clock
from community.kernel.errors import BadInput, Forbidden, NotFound, Problem, Unauthenticated
from community.kernel.pages import PageRequest
from community.outbox import service as outbox
from community.partners import errors, queries
from community.partners import service as partners
from community.partners.rules.words import LineStatus
from community.referrals import service as referrals
from community.referrals import tokens
from community.referrals.rules.owners import Owner
from community.referrals.rules.programme import Programme
from tests.announcements import announced
from tests.community.partners.deals import (
    a_friend_of,
    a_key,
    a_link,
    a_partner,
    a_report,
    amounts_of,
    approved_and_paid,
    balance_of,
    lines_of,
)
from tests.community.referrals.friends import clicked, link_of
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def problem_of(key: Actor, report: Any) -> Problem | None:
    (answer,) = await partners.report(key, [report])
    assert (answer.problem is None) is (answer.conversion is not None)
    return answer.problem


async def test_a_conversion_earns_its_share_and_is_announced() -> None:
    partner = await a_partner()
    key = await a_key(partner)
    (answer,) = await partners.report(key, [await a_report(await a_link(key, sub_source="blog"), amount=10_019)])
    assert answer.conversion
    assert (answer.conversion.commission, await amounts_of(partner)) == (751, [751])
    (fact,) = await announced(answer.conversion.id)
    assert (fact["type"], fact["source"], fact["partner_id"]) == ("conversion.reported", "blog", str(partner.id))


async def test_the_same_report_is_recorded_once_and_answered_with_the_first() -> None:
    partner = await a_partner()
    key = await a_key(partner)
    report = await a_report(await a_link(key))
    first, second = await partners.report(key, [report, report])
    raced = await asyncio.gather(*(partners.report(key, [report]) for _ in range(4)))
    assert first.conversion
    assert not first.is_repeat
    assert all(each.is_repeat for each in (second, *(answer for (answer,) in raced)))
    assert {each.conversion and each.conversion.id for each in (second, *(answer for (answer,) in raced))} == {
        first.conversion.id
    }
    assert await amounts_of(partner) == [750]


async def test_a_report_is_still_a_repeat_when_it_would_be_too_late() -> None:
    key = await a_key(await a_partner())
    report = await a_report(await a_link(key))
    await partners.report(key, [report])
    with clock.frozen(clock.now() + timedelta(days=60)):
        (answer,) = await partners.report(key, [report])
    assert answer.is_repeat


@pytest.mark.parametrize("change", [{"amount": 10_001}, {"occurred_at": timedelta(seconds=-1)}])
async def test_another_conversion_under_the_same_id_is_refused(change: dict[str, Any]) -> None:
    partner = await a_partner()
    key = await a_key(partner)
    report = await a_report(await a_link(key))
    moved = {name: report.occurred_at + value if name == "occurred_at" else value for name, value in change.items()}
    _, answer = await partners.report(key, [report, replace(report, **moved)])
    assert answer.problem == errors.ConversionDiffers(report.external_id)
    assert await amounts_of(partner) == [750]


async def test_two_partners_may_use_the_same_id() -> None:
    for _ in range(2):
        key = await a_key(await a_partner())
        assert await problem_of(key, await a_report(await a_link(key), external_id="1")) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"amount": 0}, errors.InvalidConversionAmount(10**12)),
        ({"amount": -1}, errors.InvalidConversionAmount(10**12)),
        ({"amount": 10**13}, errors.InvalidConversionAmount(10**12)),
        ({"currency": "TWD"}, errors.ConversionCurrencyNotAccepted("TWD", "USD")),
        ({"currency": "usd"}, errors.ConversionCurrencyNotAccepted("usd", "USD")),
        ({"external_id": ""}, errors.InvalidConversion("externalId")),
        ({"external_id": "a\x00b"}, errors.InvalidConversion("externalId")),
        ({"external_id": "x" * 101}, errors.InvalidConversion("externalId")),
        ({"click_id": "a\x00b"}, errors.InvalidConversion("clickId")),
        ({"click_id": "A" * 59}, errors.ClickNotYours()),
        ({"click_id": "test-anything"}, errors.ClickNotYours()),
    ],
)
async def test_what_cannot_be_recorded_is_answered_by_itself(change: dict[str, Any], problem: Problem) -> None:
    partner = await a_partner()
    key = await a_key(partner)
    link = await a_link(key)
    bad, good = await partners.report(key, [await a_report(link, **change), await a_report(link)])
    assert bad.problem == problem
    assert good.conversion
    assert await amounts_of(partner) == [750]


async def test_the_largest_amount_is_counted_exactly() -> None:
    partner = await a_partner(basis_points=9_999)
    key = await a_key(partner)
    assert await problem_of(key, await a_report(await a_link(key), amount=10**12)) is None
    assert await amounts_of(partner) == [999_900_000_000]


async def test_only_a_click_on_ones_own_link_counts() -> None:
    key = await a_key(await a_partner())
    others = await a_link(await a_key(await a_partner()))
    members = await link_of(await a_member())
    for link in (others, members):
        assert await problem_of(key, await a_report(link)) == errors.ClickNotYours()


async def test_a_click_by_which_a_member_joined_is_counted_by_what_they_buy() -> None:
    partner = await a_partner()
    key = await a_key(partner)
    link = await a_link(key)
    friend = await a_friend_of(link)
    assert friend.click_id
    report = await a_report(link, click_id=tokens.write(friend.click_id, link.id))
    assert await problem_of(key, report) == errors.ClickCounted()
    assert await amounts_of(partner) == []


async def test_a_late_report_is_judged_by_the_policy_of_its_time(frozen_clock: datetime) -> None:
    key = await a_key(await a_partner())
    link = await a_link(key)
    with clock.frozen(frozen_clock + timedelta(days=60)):
        await referrals.publish(SYSTEM, Programme(window_days=10))
    click = await clicked(link)
    before = await a_report(link, click_id=click, occurred_at=frozen_clock + timedelta(days=59))
    after = await a_report(link, click_id=click, occurred_at=frozen_clock + timedelta(days=61))
    with clock.frozen(frozen_clock + timedelta(days=80)):
        assert await problem_of(key, before) is None
        assert await problem_of(key, after) == errors.ClickExpired(10)
    late = await a_report(link, click_id=click, occurred_at=frozen_clock + timedelta(days=58))
    with clock.frozen(frozen_clock + timedelta(days=89)):
        assert await problem_of(key, late) == errors.ConversionTooLate(30)


async def test_what_lies_ahead_or_before_its_click_is_refused(frozen_clock: datetime) -> None:
    key = await a_key(await a_partner())
    link = await a_link(key)
    ahead = frozen_clock + timedelta(minutes=6)
    assert await problem_of(key, await a_report(link, occurred_at=ahead)) == errors.ConversionInTheFuture(ahead)
    before_click = await a_report(link, occurred_at=frozen_clock - timedelta(minutes=11))
    assert await problem_of(key, before_click) == errors.ClickExpired(90)


async def test_what_staff_do_not_believe_is_taken_back_once_even_after_it_was_paid() -> None:
    partner = await a_partner(hold_days=0)
    key = await a_key(partner)
    (answer,) = await partners.report(key, [await a_report(await a_link(key))])
    assert answer.conversion
    await approved_and_paid(partner)
    await partners.reject_conversion(SYSTEM, answer.conversion.id, reason="made up")
    with pytest.raises(errors.ConversionSettled):
        await partners.reject_conversion(SYSTEM, answer.conversion.id, reason="made up")
    assert await amounts_of(partner) == [750, -750, -750]
    with pytest.raises(Forbidden):
        await partners.reject_conversion(key, answer.conversion.id, reason="mine")


async def test_who_may_report() -> None:
    partner = await a_partner()
    link = await a_link(await a_key(partner))
    report = await a_report(link)
    for actor in (SYSTEM, await a_member(), await a_key(partner, Scope.REFERRALS_READ)):
        with pytest.raises((Forbidden, errors.PartnersOnly, Unauthenticated)):
            await partners.report(actor, [report])
    for reports in ([], [report] * 101):
        with pytest.raises(BadInput):
            await partners.report(await a_key(partner), reports)


async def test_a_suspended_partner_reports_nothing_and_a_closed_ones_keys_are_gone() -> None:
    partner = await a_partner()
    key = await a_key(partner)
    report = await a_report(await a_link(key))
    await partners.suspend(SYSTEM, partner.id, reason="complaints")
    with pytest.raises(errors.PartnerNotActive):
        await partners.report(key, [report])
    with pytest.raises(errors.PartnerNotActive):
        await partners.create_link(key, referrals.LinkPlan())
    assert (await announced(partner.id))[-1]["type"] == "partner.suspended"
    await partners.close(SYSTEM, partner.id, reason="over")
    revoked = await database.fetch_value("select bool_and(revoked_at is not null) from access_api_key")
    assert revoked is True
    with pytest.raises(errors.PartnerNotActive):
        await partners.reinstate(SYSTEM, partner.id, reason="again")


async def test_a_report_takes_as_many_statements_for_a_hundred_as_for_one() -> None:
    key = await a_key(await a_partner())
    link = await a_link(key)
    click = await clicked(link)
    counts = []
    for number in (1, 100):
        reports = [await a_report(link, click_id=click) for _ in range(number)]
        with database.counting_statements() as statements:
            answers = await partners.report(key, reports)
        assert all(answer.conversion for answer in answers)
        counts.append(statements.count)
    assert counts[0] == counts[1]


async def real_rows() -> list[str]:
    """A digest of every table, without conversions of the sandbox and when keys were used."""
    tables = await database.fetch(
        "select relname::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        " and relname not in ('partners_conversion', 'access_api_key') order by relname"
    )
    sources = [row["name"] for row in tables] + ["(select * from partners_conversion where not is_sandbox)"]
    digests = [f"select md5(string_agg(t::text, ',' order by t::text)) as digest from {each} t" for each in sources]
    rows = await database.fetch(" union all ".join(digests))
    return [row["digest"] for row in rows]


async def test_the_sandbox_answers_as_if_and_changes_no_real_row() -> None:
    partner = await a_partner(hold_days=0)
    live, sandbox = await a_key(partner), await a_key(partner, is_sandbox=True)
    link = await a_link(live)
    real = await a_report(link)
    await partners.report(live, [real])
    while await outbox.sequence():
        pass
    before = await real_rows()
    tried = await a_report(link, click_id=f"test-{link.code}", external_id=real.external_id, amount=20_000)
    answers = await partners.report(sandbox, [tried, tried, replace(tried, amount=0, external_id="0"), real])
    assert [type(answer.problem) for answer in answers] == [
        type(None),
        type(None),
        errors.InvalidConversionAmount,
        errors.ConversionDiffers,
    ]
    assert answers[0].conversion
    assert (answers[0].conversion.commission, answers[1].is_repeat) == (1_500, True)
    assert await real_rows() == before

    page = PageRequest(size=100)
    for key, amounts in ((sandbox, [20_000]), (live, [10_000])):
        assert [each.amount for each in (await queries.conversions_of(key, partner.id, page)).items] == amounts
    (line,) = (await queries.lines_of(sandbox, partner.id, page)).items
    assert (line.amount, line.balance, line.status) == (1_500, 1_500, LineStatus.APPROVED)
    assert [line.amount for line in await lines_of(partner)] == [750]
    assert (await balance_of(partner)).owed == 750
    assert await queries.conversions_by_ids(live, [answers[0].conversion.id]) == [None]


async def test_a_key_of_the_sandbox_makes_and_changes_nothing() -> None:
    partner = await a_partner()
    link = await a_link(await a_key(partner))
    sandbox = await a_key(partner, is_sandbox=True)
    for attempt in (
        partners.create_link(sandbox, referrals.LinkPlan()),
        partners.disable_link(sandbox, link.id),
    ):
        with pytest.raises(errors.NotInSandbox):
            await attempt


async def test_a_partner_disables_only_its_own_links() -> None:
    key = await a_key(await a_partner())
    own = await a_link(key)
    assert own.owner == Owner.partner(key.partner_id or own.id)
    assert (await partners.disable_link(key, own.id)).disabled_at
    for other in (await a_link(await a_key(await a_partner())), await link_of(await a_member())):
        with pytest.raises(NotFound):
            await partners.disable_link(key, other.id)
