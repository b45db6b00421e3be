"""What can be done with partners: one input, one result union each."""

import strawberry

from schema.partners.mutations.accounts import Accounts
from schema.partners.mutations.conversions import Conversions
from schema.partners.mutations.links import Links
from schema.partners.mutations.payments import Payments
from schema.partners.mutations.plans import Plans
from schema.partners.mutations.standings import Standings


@strawberry.type
class PartnerMutations(Conversions, Links, Accounts, Standings, Plans, Payments):
    """Partners, by their own hands and by staff's."""
