"""The words of campaigns as the graph shows them."""

from community.campaigns.queries import Order, RewardState
from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.rules.plan import Cycle, Flaw, Match, Review, Score, Tickets
from community.campaigns.rules.states import Harm, State
from schema.enums import graph_enum

graph_enum(
    State,
    "Where a campaign stands.",
    {
        State.DRAFT: "Staff plan it; nobody else sees it.",
        State.SCHEDULED: "It is announced, and opens by itself.",
        State.OPEN: "Posts enter.",
        State.CLOSED: "What was written in time still counts; what waits is decided, and prizes are drawn.",
        State.SETTLED: "Everything is decided, given and drawn.",
        State.CANCELLED: "It ended without winners. What was given stays given.",
    },
    name="CampaignState",
)
graph_enum(
    Match,
    "How many of the hashtags a post has to carry.",
    {Match.ALL: "All of them.", Match.ANY: "At least one of them."},
    name="HashtagMatch",
)
graph_enum(
    Review,
    "Who decides on a post that fits.",
    {Review.AUTOMATIC: "It is accepted at once.", Review.STAFF: "Staff look at each."},
    name="CampaignReview",
)
graph_enum(
    Cycle,
    "How long a leaderboard counts before it begins anew.",
    {Cycle.WEEK: "From Monday to Sunday, in the programme's zone.", Cycle.WHOLE: "The whole campaign."},
    name="LeaderboardCycle",
)
graph_enum(
    Score,
    "What a campaign's leaderboard counts.",
    {
        Score.ENTRIES: "Entries that count.",
        Score.REACTIONS: "The others who reacted to entries that count, each once for each entry.",
    },
    name="LeaderboardScore",
)
graph_enum(
    Tickets,
    "How many tickets there are in the draw.",
    {
        Tickets.ENTRY: "One for each entry.",
        Tickets.MEMBER: "One for each member, however often they entered.",
        Tickets.REACTIONS: "One for each entry, and one more for each of the first ten others who reacted to it.",
    },
    name="DrawTickets",
)
graph_enum(
    Flaw,
    "What part of a campaign cannot be.",
    {
        Flaw.SLUG: "A slug has 1 to 60 small letters and digits, with single hyphens between them.",
        Flaw.TEXT: "Name, brief and terms have visible text: 80 characters the name, 20,000 the others.",
        Flaw.WINDOW: "It closes after it opens, and within 366 days.",
        Flaw.HASHTAGS: "It asks for 1 to 5 different hashtags.",
        Flaw.AUDIENCE: "The tier exists, the time of joining begins before it ends, and there are at most 20 labels.",
        Flaw.LIMITS: "A member may enter 1 to 1,000 times.",
        Flaw.BUDGET: "A budget is at least 1, at most 10^12 points and a million entries.",
        Flaw.REWARD: "An entry earns 0 to 100,000 of each.",
        Flaw.GATE: "A gate asks for 1 to 100 members within 1 to 60 days.",
        Flaw.PRIZES: "There are at most 20 prizes and 1,000 winners; each prize has a name of one line.",
        Flaw.BEACON: "The published number is named on one line of at most 160 characters.",
    },
    name="CampaignFlaw",
)
graph_enum(
    Harm,
    "What an edit would take from members who rely on what was announced.",
    {
        Harm.TERMS: "The terms stay as they are.",
        Harm.WINDOW: "It stays open at least as long as announced.",
        Harm.HASHTAGS: "The hashtags stay.",
        Harm.MEDIA: "Pictures may cease to be needed, not begin to be.",
        Harm.AUDIENCE: "It may be opened to everybody, not closed to some.",
        Harm.LIMITS: "Limits may grow.",
        Harm.BUDGET: "The budget may grow.",
        Harm.REVIEW: "Who decides stays.",
        Harm.REWARD: "The reward stays.",
        Harm.LEADERBOARD: "What the leaderboard counts stays.",
        Harm.PRIZES: "Prizes may be added.",
        Harm.DRAW: "How the prizes are drawn stays.",
    },
    name="CampaignHarm",
)
graph_enum(
    Order,
    "The order of a list of campaigns.",
    {
        Order.CLOSING_FIRST: "What closes first comes first.",
        Order.NEWEST_FIRST: "What opened last comes first.",
    },
    name="CampaignOrder",
)
graph_enum(
    RewardState,
    "What became of an entry's reward.",
    {
        RewardState.NONE: "There is none.",
        RewardState.WAITING: "It waits until enough other members have reacted.",
        RewardState.GIVEN: "It is given.",
        RewardState.LAPSED: "Not enough members reacted in time.",
        RewardState.TAKEN_BACK: "It was taken back.",
    },
    name="EntryReward",
)
graph_enum(EntryState, "Where an entry stands.", name="EntryState")
graph_enum(Reason, "Why a post does not count, or would not.", name="EntryReason")
