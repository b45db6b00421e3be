"""The words of members as the graph shows them."""

from community.members.rules import Ability, Channel, Purpose
from schema.enums import graph_enum

graph_enum(
    Ability,
    "What a member can do as long as nobody restricts it.",
    {
        Ability.EARN: "Earn points and status credits.",
        Ability.SPEND: "Spend points.",
        Ability.POST: "Write posts and comments, and react.",
    },
)
graph_enum(
    Purpose,
    "What a member is asked to allow.",
    {
        Purpose.MARKETING: "Offers and news.",
        Purpose.PROFILING: "Recommendations made from what the member did.",
        Purpose.RESEARCH: "Surveys.",
        Purpose.REPUBLISHING: "The company showing the member's posts elsewhere.",
    },
    name="ConsentPurpose",
)
graph_enum(
    Channel,
    "Where something would reach a member.",
    {
        Channel.EMAIL: "E-mail.",
        Channel.PUSH: "Push messages on a device.",
        Channel.SMS: "Text messages.",
        Channel.CHAT: "Chat apps.",
        Channel.ANY: "Wherever it happens, with no channel of its own.",
    },
    name="ConsentChannel",
)
