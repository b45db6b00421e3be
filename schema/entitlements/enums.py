"""The words of entitlements as the graph shows them."""

from community.entitlements.queries import Outcome
from community.entitlements.rules.catalogue import Flaw
from community.entitlements.rules.rights import Closing, SourceKind
from schema.enums import graph_enum

graph_enum(
    SourceKind,
    "What gives the right to a feature.",
    {
        SourceKind.TIER: "The tier that the member has reached.",
        SourceKind.PLAN: "A plan that the member pays for.",
        SourceKind.PURCHASE: "A pass that the member bought.",
        SourceKind.POINTS: "Points that the member paid.",
        SourceKind.EVENT: "An event that the member came to.",
        SourceKind.GIFT: "A gift, from another member or from the company.",
        SourceKind.STAFF: "Staff, by hand.",
    },
    name="EntitlementSourceKind",
)
graph_enum(
    Closing,
    "Why a source does not give a feature any more.",
    {
        Closing.ENDED: "Its time was over.",
        Closing.REVOKED: "It was taken or refunded.",
        Closing.REPLACED: "The same source gives it for another time.",
    },
    name="EntitlementClosing",
)
graph_enum(
    Outcome,
    "What became of a gift.",
    {
        Outcome.ACCEPTED: "The recipient took it, or staff presented it.",
        Outcome.DECLINED: "The recipient did not want it; the sender has the points again.",
        Outcome.EXPIRED: "Nobody answered in time; the sender has the points again.",
    },
    name="GiftOutcome",
)
graph_enum(
    Flaw,
    "Why a feature cannot be published.",
    {
        Flaw.KEY: "A key is words of a-z, 0-9 and _ with dots between them, at most 40 characters in all.",
        Flaw.TEXT: "A text needs English; names have 1 to 60 visible characters, descriptions 1 to 500.",
        Flaw.TOO_MANY_PASSES: "A feature has at most 10 passes.",
        Flaw.SKU: "A SKU has 1 to 64 visible ASCII characters without spaces.",
        Flaw.SKU_TAKEN: "Another pass has this SKU.",
        Flaw.PRICE: "Prices are above zero.",
        Flaw.DAYS: "Passes and points open a feature for 1 to 3,660 days.",
    },
    name="FeatureFlaw",
)
