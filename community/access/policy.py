"""Who is calling, and the table of what each role and scope may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from community.kernel import about
from community.kernel.errors import Forbidden, Unauthenticated
from community.kernel.messages import DEFAULT_LOCALE
from community.kernel.words import Word


class Role(Word):
    """What an account is trusted with. Everybody signed in is a member; the others are staff."""

    MEMBER = "member", "Takes part."
    MODERATOR = "moderator", "Keeps the peace: removes posts, restricts members."
    EDITOR = "editor", "Publishes for the company."
    ANALYST = "analyst", "Reads what happened."
    ADMIN = "admin", "May do everything, and says who else may do what."


class Scope(Word):
    """What an API key was made for."""

    EVENTS_READ = "events:read", "Reading the feed of facts."
    POSTS_READ = "posts:read", "Reading posts."
    MEMBERS_READ = "members:read", "Reading members, with what only staff see."
    ACTIVITIES_WRITE = "activities:write", "Reporting what members do elsewhere."
    ORDERS_WRITE = "orders:write", "Recording what members buy, and refunding it."
    REFERRALS_READ = "referrals:read", "A partner's own links, and what they brought."
    CONVERSIONS_WRITE = "conversions:write", "Reporting what a partner's own links led to."
    STATEMENTS_READ = "statements:read", "A partner's own commissions and statements."
    WEBHOOKS_MANAGE = "webhooks:manage", "A partner's own endpoints of webhooks."


class Permission(Word):
    """Something that may be done, named `<area>.<verb>`. Each area's policy asks for these, never for roles."""

    MEMBERS_READ_PRIVATE = "members.read_private", "Read what members show to staff only."
    MEMBERS_RESTRICT = "members.restrict", "Take abilities from members, and give them back."
    MEMBERS_LABEL = "members.label", "Mark members with words, for campaigns and offers."
    MEMBERS_RECOGNISE = "members.recognise", "Say how other systems call a member."
    POSTS_REMOVE_ANY = "posts.remove_any", "Remove anybody's post."
    POSTS_READ_REMOVED = "posts.read_removed", "Read posts that were removed."
    ACCESS_GRANT_ROLES = "access.grant_roles", "Grant and revoke roles."
    ACCESS_MANAGE_KEYS = "access.manage_keys", "Make, list and revoke API keys."
    ACCESS_END_ANY_SESSION = "access.end_any_session", "End anybody's session."
    LEDGER_READ_ANY = "ledger.read_any", "Read the balances and statements of every member."
    LEDGER_ADJUST = "ledger.adjust", "Give and take points and credits by hand."
    ENGAGEMENT_REPORT = "engagement.report", "Report what members do elsewhere, so that it earns."
    ENGAGEMENT_DRY_RUN = "engagement.dry_run", "Ask what the earning rules would do."
    ENGAGEMENT_PUBLISH = "engagement.publish", "Publish other earning rules."
    TIERS_READ_ANY = "tiers.read_any", "Read the standing of every member."
    TIERS_LOCK = "tiers.lock", "Hold a member's tier where it is, with a reason and an end."
    TIERS_SIMULATE = "tiers.simulate", "Ask who would move under other rules."
    TIERS_PUBLISH = "tiers.publish", "Publish other rules of the tiers."
    ORDERS_RECORD = "orders.record", "Record what members bought."
    ORDERS_REFUND = "orders.refund", "Refund orders in whole or part."
    ORDERS_READ_ANY = "orders.read_any", "Read the orders of every member."
    REFERRALS_READ_ANY = "referrals.read_any", "Read everybody's links and referrals, and why each counts."
    REFERRALS_REVIEW = "referrals.review", "Decide about doubtful referrals."
    REFERRALS_PUBLISH = "referrals.publish", "Publish another referral programme."
    PARTNERS_READ_ANY = "partners.read_any", "Read about all partners, their commissions and statements."
    PARTNERS_MANAGE = "partners.manage", "Make, edit and suspend partners, make their keys, reject conversions."
    PARTNERS_PAY = "partners.pay", "Make statements for partners, and say that they are paid."
    CAMPAIGNS_MANAGE = "campaigns.manage", "Plan campaigns, open and close them, draw their prizes."
    CAMPAIGNS_REVIEW = "campaigns.review", "Decide on what was entered in campaigns."
    CAMPAIGNS_READ_RESULTS = "campaigns.read_results", "Read what campaigns brought and cost."
    CONTENT_EDIT = "content.edit", "Write content, and read all of it whatever it asks of members."
    CONTENT_PUBLISH = "content.publish", "Publish, schedule and archive content."
    OUTBOX_READ = "outbox.read", "Read the feed of facts."
    OUTBOX_REPLAY = "outbox.replay", "Have facts heard again."
    WEBHOOKS_READ = "webhooks.read", "Read endpoints of webhooks, and what they were sent."
    WEBHOOKS_MANAGE = "webhooks.manage", "Make, change, test and replay endpoints of webhooks."
    ENTITLEMENTS_READ_ANY = "entitlements.read_any", "Read what every member may use, and why."
    ENTITLEMENTS_GRANT = "entitlements.grant", "Give and take what members may use, with a reason, and present gifts."
    ENTITLEMENTS_PUBLISH = "entitlements.publish", "Publish features, and what opens them."
    SCHEMA_INTROSPECT = "schema.introspect", "Ask about the schema itself where that is closed to others."


ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.MEMBER: frozenset(),
    Role.MODERATOR: frozenset(
        {
            Permission.MEMBERS_READ_PRIVATE,
            Permission.MEMBERS_RESTRICT,
            Permission.POSTS_REMOVE_ANY,
            Permission.POSTS_READ_REMOVED,
            Permission.REFERRALS_READ_ANY,
            Permission.REFERRALS_REVIEW,
            Permission.CAMPAIGNS_REVIEW,
        }
    ),
    Role.EDITOR: frozenset(
        {
            Permission.POSTS_READ_REMOVED,
            Permission.CONTENT_EDIT,
            Permission.CONTENT_PUBLISH,
            Permission.MEMBERS_LABEL,
            Permission.CAMPAIGNS_MANAGE,
            Permission.CAMPAIGNS_REVIEW,
            Permission.CAMPAIGNS_READ_RESULTS,
        }
    ),
    Role.ANALYST: frozenset(
        {
            Permission.OUTBOX_READ,
            Permission.WEBHOOKS_READ,
            Permission.LEDGER_READ_ANY,
            Permission.ENGAGEMENT_DRY_RUN,
            Permission.TIERS_READ_ANY,
            Permission.TIERS_SIMULATE,
            Permission.ENTITLEMENTS_READ_ANY,
            Permission.CAMPAIGNS_READ_RESULTS,
            Permission.ORDERS_READ_ANY,
            Permission.REFERRALS_READ_ANY,
            Permission.PARTNERS_READ_ANY,
        }
    ),
    Role.ADMIN: frozenset(Permission),
}

SCOPE_PERMISSIONS: Mapping[Scope, frozenset[Permission]] = {
    Scope.EVENTS_READ: frozenset({Permission.OUTBOX_READ}),
    Scope.POSTS_READ: frozenset(),
    Scope.MEMBERS_READ: frozenset({Permission.MEMBERS_READ_PRIVATE}),
    Scope.ACTIVITIES_WRITE: frozenset({Permission.ENGAGEMENT_REPORT}),
    Scope.ORDERS_WRITE: frozenset({Permission.ORDERS_RECORD, Permission.ORDERS_REFUND}),
    Scope.REFERRALS_READ: frozenset(),
    Scope.CONVERSIONS_WRITE: frozenset(),
    Scope.STATEMENTS_READ: frozenset(),
    Scope.WEBHOOKS_MANAGE: frozenset(),
}
"""What is a partner's own needs no permission over everybody's: those areas ask for the scope and whose key it is."""


class Kind(StrEnum):
    """What sort of caller this is."""

    ANONYMOUS = "anonymous"
    MEMBER = "member"
    PARTNER = "partner"
    SERVICE = "service"


class KeyOwner(StrEnum):
    """For whom an API key is made: the kinds of caller that have one."""

    PARTNER = Kind.PARTNER
    SERVICE = Kind.SERVICE


@dataclass(frozen=True)
class Actor:
    """Whoever a request, a job or a command acts for. A member's id is also their account's id.

    A key that belongs to a partner acts as that partner; one for the sandbox changes nothing real.
    """

    kind: Kind
    member_id: UUID | None = None
    session_id: UUID | None = None
    key_id: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    partner_id: UUID | None = None
    is_sandbox: bool = False
    locale: str = DEFAULT_LOCALE

    @cached_property
    def bucket_key(self) -> str:
        """The name under which this actor's request cost is counted; anonymous callers go by their address instead."""
        return f"{self.kind}:{self.member_id or self.key_id or ''}"

    @cached_property
    def named(self) -> Mapping[str, str]:
        """How the log calls this actor: the kind of caller, and the id of a member or a key."""
        who = self.member_id or self.key_id
        return {"actor": self.kind.value} | ({"actor_id": str(who)} if who else {})

    def may(self, permission: Permission) -> bool:
        """Whether a role or a scope of this actor grants `permission`."""
        return permission in _granted(self.roles, self.scopes)


@lru_cache(1_000)
def _granted(roles: frozenset[Role], scopes: frozenset[Scope]) -> frozenset[Permission]:
    """What these roles and scopes grant together."""
    granted = [*map(ROLE_PERMISSIONS.__getitem__, roles), *map(SCOPE_PERMISSIONS.__getitem__, scopes)]
    return frozenset(chain.from_iterable(granted))


class Behalf(NamedTuple):
    """Whoever acts, and the request that asked for it."""

    actor: Actor | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Each:
    """Several members whose requests are carried out together: what is about one of them, that one has done."""

    behalves: Mapping[UUID, Behalf]

    def of(self, member_id: UUID) -> Behalf:
        """On whose behalf something about this member is done: nobody's, if it is none of them."""
        return self.behalves.get(member_id, NOBODYS)


NOBODYS = Behalf(actor=None, request_id=None)

Look = tuple[Actor, tuple[UUID, ...]]
"""Who looks, and at what."""

Acting = Actor | Behalf | Each | None
"""Who acts. The system, where it is nobody."""


def behalf_of(acting: Acting, member_id: UUID) -> Behalf:
    """On whose behalf is done what is about this member. An actor alone acts at the request that is worked for."""
    if isinstance(acting, Each):
        return acting.of(member_id)
    return acting if isinstance(acting, Behalf) else Behalf(acting, about.known().get("request_id"))


ANONYMOUS = Actor(kind=Kind.ANONYMOUS)
SYSTEM = Actor(kind=Kind.SERVICE, roles=frozenset({Role.ADMIN}))
"""Jobs, hearers and commands of the operator act as this."""


def require(actor: Actor, permission: Permission) -> None:
    """Raise Unauthenticated or Forbidden unless the actor has the permission."""
    if actor.may(permission):
        return
    if actor.kind is Kind.ANONYMOUS:
        raise Unauthenticated
    raise Forbidden(permission.value)


def require_member(actor: Actor) -> UUID:
    """The id of the member who is acting. Raises Unauthenticated when nobody is signed in."""
    if actor.member_id is None:
        raise Unauthenticated
    return actor.member_id


def require_session(actor: Actor) -> tuple[UUID, UUID]:
    """The ids of the member who is acting and of their session. Raises Unauthenticated when there is none."""
    if actor.member_id is None or actor.session_id is None:
        raise Unauthenticated
    return actor.member_id, actor.session_id


def permission_matrix() -> list[tuple[Permission, dict[Role | Scope, bool]]]:
    """Every permission against every role and scope, in the order they are declared."""
    return [
        (
            permission,
            {role: permission in ROLE_PERMISSIONS[role] for role in Role}
            | {scope: permission in SCOPE_PERMISSIONS[scope] for scope in Scope},
        )
        for permission in Permission
    ]
