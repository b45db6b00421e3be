"""Giving and taking rights: by areas, by staff, again and again, at once from many sides."""

from datetime import timedelta

import pytest

from community.access.policy import ANONYMOUS, Role
from community.entitlements import errors, queries
from community.entitlements import service as entitlements
from community.entitlements.rules.rights import Closing, Source, SourceKind
from community.entitlements.service import STAFF, Granting
from community.kernel import clock
from community.kernel.errors import Forbidden, NotFound, Unauthenticated
from community.members import errors as members_errors
from tests.community.entitlements.holders import (
    DAY,
    LOUNGE,
    PREMIUM,
    a_source,
    clockwork,
    history,
    holds,
    right,
    said,
    story,
    until,
)
from tests.community.tiers.members import somebody
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_a_source_gives_a_right_at_once_and_takes_it_again() -> None:
    member, source = somebody(), a_source()
    await entitlements.grant(member, PREMIUM, source)
    held = await right(member)
    assert held
    assert ([each.source for each in held.sources], held.ends_at) == ([source], None)
    await entitlements.revoke(member, PREMIUM, source, reason="the event was called off")
    assert not await holds(member)
    assert await story(member) == ["granted", "revoked"]
    (grant,) = await history(member)
    assert (grant.closing, grant.closing_reason) == (Closing.REVOKED, "the event was called off")
