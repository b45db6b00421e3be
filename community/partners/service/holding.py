"""Partners that nobody else changes or pays until the transaction ends."""

from uuid import UUID

from community import database
from community.kernel.errors import NotFound
from community.partners import errors
from community.partners.queries import PartnerView
from community.partners.queries.accounts import COLUMNS, partner_of
from community.partners.rules.words import Status


async def held(partner_id: UUID) -> PartnerView:
    """The partner. Raises NotFound."""
    row = await database.fetch_one(
        f"select {COLUMNS} from partners_partner where id = $1 for no key update", partner_id
    )
    if row is None:
        raise NotFound("Partner")
    return partner_of(row)


async def held_active(partner_id: UUID) -> PartnerView:
    """A partner who may report and make links. Raises NotFound and PartnerNotActive."""
    partner = await held(partner_id)
    if partner.status is not Status.ACTIVE:
        raise errors.PartnerNotActive(partner.status)
    return partner


async def held_open(partner_id: UUID) -> PartnerView:
    """A partner who has not left for good. Raises NotFound and PartnerNotActive."""
    partner = await held(partner_id)
    if partner.status is Status.CLOSED:
        raise errors.PartnerNotActive(partner.status)
    return partner
