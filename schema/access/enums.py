"""The words of access as the graph shows them."""

from community.access.policy import KeyOwner, Permission, Role, Scope
from community.access.queries import EndReason
from schema.enums import graph_enum

graph_enum(
    Role,
    "What an account is trusted with. Everybody who is signed in is a member; the others are staff.",
    {
        Role.MEMBER: "Takes part.",
        Role.MODERATOR: "Keeps the peace: removes posts, restricts members.",
        Role.EDITOR: "Publishes for the company.",
        Role.ANALYST: "Reads what happened.",
        Role.ADMIN: "May do everything, and says who else may do what.",
    },
)
graph_enum(
    Scope,
    "What an API key was made for.",
    {
        Scope.EVENTS_READ: "Reading the feed of facts.",
        Scope.POSTS_READ: "Reading posts.",
        Scope.MEMBERS_READ: "Reading members, with what only staff see.",
    },
)
graph_enum(
    Permission,
    "Something that may be done, granted by roles and scopes.",
    {
        Permission.MEMBERS_READ_PRIVATE: "Read what members show to staff only.",
        Permission.MEMBERS_RESTRICT: "Take abilities from members, and give them back.",
        Permission.POSTS_REMOVE_ANY: "Remove anybody's post.",
        Permission.POSTS_READ_REMOVED: "Read posts that were removed.",
        Permission.ACCESS_GRANT_ROLES: "Grant and revoke roles.",
        Permission.ACCESS_MANAGE_KEYS: "Make, list and revoke API keys.",
        Permission.ACCESS_END_ANY_SESSION: "End anybody's session.",
        Permission.LEDGER_READ_ANY: "Read the balances and statements of every member.",
        Permission.LEDGER_ADJUST: "Give and take points and credits by hand.",
        Permission.OUTBOX_READ: "Read the feed of facts.",
        Permission.OUTBOX_REPLAY: "Have facts heard again.",
        Permission.SCHEMA_INTROSPECT: "Ask about the schema itself where that is closed to others.",
    },
)
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
