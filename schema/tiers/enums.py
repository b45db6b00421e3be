"""The words of tiers as the graph shows them."""

from community.tiers.rules.programme import Down, Flaw, PeriodKind, Track
from community.tiers.rules.progress import Aim
from community.tiers.rules.standing import Reason
from schema.enums import graph_enum

graph_enum(
    Track,
    "What can place a member on a tier. The highest one wins.",
    {
        Track.PLAN: "What they pay for.",
        Track.SPEND: "What they bought in the period.",
        Track.ENGAGEMENT: "The status credits they earned in the period.",
    },
    name="TierTrack",
)
graph_enum(
    Reason,
    "Why a tier changed.",
    {
        Reason.EARNED: "A threshold was reached.",
        Reason.PLAN: "A plan began or ended to grant it.",
        Reason.PERIOD_END: "A period and its grace ended with too little.",
        Reason.LOCK: "Staff fixed it.",
        Reason.LOCK_ENDED: "Staff let it go, or the end they set had come.",
    },
    name="TierChangeReason",
)
graph_enum(
    Aim,
    "What an action is good for.",
    {Aim.KEEP: "It keeps the tier.", Aim.REACH: "It leads to the next tier."},
    name="TierAim",
)
graph_enum(
    PeriodKind,
    "Which time counts.",
    {
        PeriodKind.ROLLING: "The last months; a tier is held for as many months from the day it was reached.",
        PeriodKind.CALENDAR_YEAR: "From January to December.",
        PeriodKind.ANNIVERSARY: "From the day the member joined to the same day a year later.",
    },
    name="TierPeriod",
)
graph_enum(
    Down,
    "How far a member falls who did not reach enough in a period.",
    {
        Down.NONE: "Not at all.",
        Down.ONE_STEP: "To the next lower tier.",
        Down.BEST_FIT: "To the tier that the numbers keep.",
    },
    name="TierDescent",
)
graph_enum(
    Flaw,
    "Why rules cannot be published.",
    {
        Flaw.LADDER_LENGTH: "A ladder has 2 to 20 tiers.",
        Flaw.DUPLICATE_TIER: "Two tiers have the same key.",
        Flaw.TIER_KEY: "A key has 1 to 30 small letters, digits and underscores.",
        Flaw.TIER_TEXT: "A text needs English, and has 1 to 200 visible characters in each language.",
        Flaw.TOO_MANY_PERKS: "A tier has at most 20 perks.",
        Flaw.TIER_MISSING: "Members stand on the published tiers: all of them stay, in their order.",
        Flaw.BASE_CHANGED: "The first tier is the one that everybody has, and stays it.",
        Flaw.BASE_THRESHOLD: "The first tier asks for nothing.",
        Flaw.THRESHOLDS_NOT_RISING: "Thresholds are above zero and rise from tier to tier.",
        Flaw.MONTHS: "A rolling period has 1 to 120 months.",
        Flaw.DAYS: "Grace, stay and warning have 0 to 365 days.",
        Flaw.KEEP_PERCENT: "A tier is kept at 1 to 100 percent.",
        Flaw.GATE: "A gate names a metric, and asks for a member and a day for at least one unit each.",
    },
    name="TierProgrammeFlaw",
)
