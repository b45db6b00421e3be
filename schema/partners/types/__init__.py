"""Partners, what their links brought, what they reported and earned, as the graph shows them."""

from schema.partners import enums as enums
from schema.partners.types.commissions import CommissionStatement
from schema.partners.types.conversions import Conversion
from schema.partners.types.partners import Partner
from schema.partners.types.plans import CommissionPlan

__all__ = ["CommissionPlan", "CommissionStatement", "Conversion", "Partner"]
