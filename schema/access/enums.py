"""The words of access as the graph shows them."""

from community.access.policy import KeyOwner, Permission, Role, Scope
from community.access.queries import EndReason
from schema.enums import graph_enum

graph_enum(Role, "What an account is trusted with. Everybody who is signed in is a member; the others are staff.")
graph_enum(Scope, "What an API key was made for.")
graph_enum(Permission, "Something that may be done, granted by roles and scopes.")
graph_enum(
    KeyOwner,
    "For whom an API key is made.",
    {
        KeyOwner.PARTNER: "Another company.",
        KeyOwner.SERVICE: "A program of our own.",
    },
    name="ApiKeyOwner",
)
graph_enum(
    EndReason,
    "Why a session ended before its time.",
    {
        EndReason.SIGNED_OUT: "Its device signed out.",
        EndReason.ENDED_BY_MEMBER: "Its owner ended it from another device.",
        EndReason.ENDED_BY_STAFF: "Staff ended it.",
        EndReason.PASSWORD_CHANGED: "The password was changed on another device.",
        EndReason.TOKEN_REUSED: "A refresh token was used twice, so that it may have been stolen.",
        EndReason.ACCOUNT_CLOSED: "The account was closed.",
    },
    name="SessionEndReason",
)
