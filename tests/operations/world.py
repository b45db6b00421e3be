"""The world that the documents are sent to: members, posts with threads and reactions, keys, a parked delivery."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from community import database
from community.access import service as access
from community.access.policy import ANONYMOUS, SYSTEM, Actor, KeyOwner, Kind, Role, Scope
from community.access.service import Device
from community.entitlements import service as entitlements
from community.entitlements.queries import GiftView
from community.entitlements.rules.catalogue import Feature, PointsPrice
from community.entitlements.service import BoughtLine
from community.kernel import clock
from community.kernel.ids import new_id
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.members import service as members
from community.posts import service as posts
from community.posts.rules.reactions import Reaction
from community.referrals import service as referrals
from community.referrals.queries import ReferralView
from community.referrals.service import LinkPlan
from community.tiers import service as tiers
from community.webhooks import service as webhooks
from community.webhooks.service import Errand
from schema.nodes import encode_id
from tests.announcements import everything_is_heard
from tests.community.orders.purchases import buys, refunds
from tests.community.referrals.friends import bought, brought, link_of
from tests.community.webhooks.telling import TAKEN, an_endpoint, it_happens, next_errands
from tests.factories import PASSWORD, a_member
from tests.operations.contests import some_campaigns
from tests.operations.library import a_library
from tests.operations.partnership import a_partnership

TAG = "台北美食"
SIZE = 6
"""How many posts, authors and comments there are: enough that a statement for each would show."""


@dataclass(frozen=True, slots=True)
class World:
    """Who can send documents, and a value for each variable that they name."""

    actors: dict[str, Actor]
    variables: dict[str, Any]


async def a_world() -> World:
    """Build it in an empty database. Takes a second or so."""
    mei = await a_member(handle="mei")
    authors = [await a_member(handle=f"author{number}") for number in range(SIZE)]
    written = [await posts.write(author, f"南湖旁邊 #{TAG} #評論{n} @mei 讚") for n, author in enumerate(authors)]
    for author, post in zip(authors, written, strict=True):
        await posts.react(mei, post.id, Reaction.LIKE)
        await members.follow(mei, author.member_id)
        await members.follow(author, mei.member_id)
    await _a_climb(_id(mei))
    bought_by_mei = [await buys(mei, external_id=f"mei {number}") for number in range(SIZE)]
    await refunds(bought_by_mei[0], 4_000)
    gifts = await _some_rights(mei, authors)
    thread = written[0]
    comments = [await posts.comment(author, thread.id, "同意") for author in authors]
    for comment in comments[:5]:
        await posts.reply(mei, comment.id, "謝謝")
    own_post = await posts.write(mei, f"我的 #{TAG}")
    own_comment = await posts.comment(mei, own_post.id, "補充")
    admin = await a_member(handle="boss", roles=frozenset({Role.ADMIN}))
    key = await access.create_api_key(SYSTEM, name="feed", owner=KeyOwner.PARTNER, scopes=[Scope.EVENTS_READ])
    other_device = await access.sign_in("mei@example.com", PASSWORD, Device(name="Lost phone"))
    await members.block(mei, _id(await a_member(handle="troll")))
    friends = await _friends(mei)
    spare_link = await referrals.create_link(mei, LinkPlan(label="Spare"))
    await everything_is_heard(by="posts")
    endpoint, switched_off, useless, told = await _endpoints()
    partner, of_partner = await a_partnership()
    return World(
        actors={
            "anonymous": ANONYMOUS,
            "member": mei,
            "admin": admin,
            "key": Actor(
                kind=Kind.PARTNER,
                key_id=new_id(),
                scopes=frozenset({Scope.EVENTS_READ, Scope.ACTIVITIES_WRITE, Scope.ORDERS_WRITE}),
            ),
            "partner": partner,
        },
        variables={
            "activities": [_an_activity(author) for author in authors],
            "after": None,
            "apiKeyId": encode_id("ApiKey", key.key.id),
            "deliveryId": await _a_parked_delivery(thread.id),
            "email": "newcomer@example.com",
            "endpointId": encode_id("WebhookEndpoint", endpoint),
            "switchedOffId": encode_id("WebhookEndpoint", switched_off),
            "uselessId": encode_id("WebhookEndpoint", useless),
            "eventId": str(told[0].message.event_id),
            "webhookDeliveryId": encode_id("WebhookDelivery", told[0].message.delivery_id),
            "since": (clock.now() - timedelta(hours=1)).isoformat(),
            "friendId": encode_id("Member", friends[0].member_id),
            "giftId": encode_id("Gift", gifts[0].id),
            "handle": "mei",
            "key": "an idempotency key",
            "memberId": encode_id("Member", _id(authors[1])),
            "ownCommentId": encode_id("Comment", own_comment.id),
            "ownEmail": "mei@example.com",
            "ownPostId": encode_id("Post", own_post.id),
            "customerId": encode_id("Member", _id(mei)),
            "order": _an_order(authors[0]),
            "orderId": encode_id("Order", bought_by_mei[1].id),
            "orders": [_an_order(author) for author in authors],
            "password": PASSWORD,
            "postId": encode_id("Post", thread.id),
            "postIds": [encode_id("Post", post.id) for post in written],
            "programme": {"ladder": [{"key": key, "name": {"en": key}} for key in ("member", "silver", "gold", "vip")]},
            "referralId": encode_id("Referral", friends[-1].id),
            "referralLinkId": encode_id("ReferralLink", spare_link.id),
            "refreshToken": other_device.refresh_token,
            "rules": [
                {"code": "post", "trigger": "post.written", "currency": "CREDITS", "amount": 10, "gate": {"members": 3}}
            ],
            "sessionId": encode_id("Session", other_device.session_id),
            "tag": TAG,
            "tagPrefix": "台北",
            "text": f"今天#{TAG}#書評 真好 @author1",
            "words": "南湖",
            **await a_library(admin, mei),
            **await some_campaigns(mei, authors),
            **of_partner,
        },
    )


async def _a_climb(member_id: UUID) -> None:
    """Purchases that lead to a tier, and a plan that leads to a higher one."""
    for number in range(SIZE):
        await tiers.contribute(member_id, 3_000, at=clock.now(), cause=Cause("order", f"receipt {number}"))
        await tiers.recompute(member_id, clock.now())
    await tiers.set_plan_tier(member_id, "gold", Cause("plan", "began"), now=clock.now())


async def _friends(referrer: Actor) -> list[ReferralView]:
    """Whom a member brought: the first ones have qualified, the last ones came so fast that staff have to look."""
    link = await link_of(referrer)
    honest = [await brought(link) for _ in range(SIZE)]
    for friend in honest[: SIZE // 2]:
        await bought(friend)
    return honest + [await brought(link, ago=timedelta(seconds=1)) for _ in range(2)]


async def _endpoints() -> tuple[UUID, UUID, UUID, list[Errand]]:
    """An endpoint that was told this and that, two that are switched off, and what the first one was told."""
    endpoint = (await an_endpoint()).endpoint
    switched_off, useless = [(await an_endpoint()).endpoint for _ in range(2)]
    for off in (switched_off, useless):
        await webhooks.disable(SYSTEM, off.id)
    await it_happens(*(new_id() for _ in range(SIZE)))
    told = [errand for errand in await next_errands() if errand.endpoint_id == endpoint.id]
    for errand in told:
        await webhooks.settle(errand, TAKEN)
    return endpoint.id, switched_off.id, useless.id, told


async def _some_rights(mei: Actor, friends: list[Actor]) -> list[GiftView]:
    """A feature for a few points, three passes of mine, three gifts to me, which are returned, and one of mine."""
    givers = friends[1:4]
    await entitlements.publish(
        SYSTEM,
        Feature(
            key="magazine",
            names={"en": "Magazine", "zh-Hant": "會員季刊"},
            descriptions={"en": "Four times a year."},
            points=PointsPrice(points=10, days=90),
        ),
    )
    for each in (mei, *givers):
        await ledger.award(_id(each), Currency.POINTS, 100, Cause("house", str(_id(each))))
    passes = [
        BoughtLine(line=str(new_id()), member_id=_id(mei), sku="pass.lounge.30d", quantity=1, at=clock.now())
        for _ in givers
    ]
    await entitlements.open_for_purchase(passes)
    await entitlements.give(mei, _id(friends[0]), "magazine", message="讀讀看", idempotency_key="mine")
    return [
        await entitlements.give(each, _id(mei), "magazine", message="給你的", idempotency_key="theirs")
        for each in givers
    ]


def _an_activity(member: Actor) -> dict[str, Any]:
    """What a till reports."""
    return {
        "externalId": f"receipt {member.member_id}",
        "kind": "store.visited",
        "memberId": encode_id("Member", _id(member)),
        "occurredAt": clock.now().isoformat(),
        "about": "Zhongshan store",
        "details": [{"name": "floor", "number": 2}],
    }


def _an_order(member: Actor) -> dict[str, Any]:
    """What a till sold."""
    return {
        "memberId": encode_id("Member", _id(member)),
        "source": "till-3",
        "externalId": f"receipt {member.member_id}",
        "currency": "USD",
        "lines": [
            {"sku": "cd-1", "name": "Kind of Blue", "quantity": 2, "unitAmount": 1_999},
            {"sku": "bag", "name": "Bag", "quantity": 1, "unitAmount": 50},
        ],
        "discount": 500,
        "placedAt": clock.now().isoformat(),
    }


@database.transaction()
async def _a_parked_delivery(post_id: UUID) -> str:
    """The id of a delivery that was tried often enough in vain."""
    parked: int = await database.fetch_value(
        "update pgqueuer set status = 'failed', attempts = 8 where id = (select queued.id from pgqueuer queued"
        " join outbox_fact fact on fact.id = convert_from(queued.payload, 'UTF8')::uuid where fact.subject_id = $1"
        " limit 1) returning id",
        post_id,
    )
    return encode_id("Delivery", UUID(int=parked))


def _id(actor: Actor) -> UUID:
    assert actor.member_id
    return actor.member_id
