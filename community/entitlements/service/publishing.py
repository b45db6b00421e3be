"""Publishing a feature, or another version of it. What was published never changes."""

import orjson

from community import database
from community.access.policy import Actor, Permission, require
from community.database import transaction
from community.entitlements import errors, facts
from community.entitlements.queries import FeatureVersionView, catalogue
from community.entitlements.rules.catalogue import Feature, flaw_in
from community.kernel import clock, ids
from community.outbox import service as outbox
from community.tiers import errors as tiers_errors
from community.tiers import queries as tiers


@transaction()
async def publish(actor: Actor, feature: Feature) -> FeatureVersionView:
    """Staff say what a feature is and what opens it, from now on.

    What was bought and given goes on as it was. What a tier opens is open, or closed, at once, and announced to each
    member soon after. Raises InvalidFeature and tiers' UnknownTier.
    """
    require(actor, Permission.ENTITLEMENTS_PUBLISH)
    await database.hold("entitlements.publish")
    present, now = await catalogue(), clock.now()
    if flaw := flaw_in(feature, present):
        raise errors.InvalidFeature(flaw)
    ladder = [tier.key for tier in await tiers.ladder(now)]
    if feature.tier is not None and feature.tier not in ladder:
        raise tiers_errors.UnknownTier(tier=feature.tier, known=ladder)
    published = FeatureVersionView(
        id=ids.new_id(),
        version=present.version + 1,
        feature=feature,
        published_at=now,
        published_by=actor.member_id,
    )
    await _keep(published)
    before = present.features.get(feature.key)
    await outbox.record(
        facts.FeaturePublished(
            feature_id=feature.id,
            feature=feature.key,
            catalogue_version=published.version,
            tier_before=before.tier if before else None,
            tier=feature.tier,
        ),
        actor=actor,
    )
    return published


async def _keep(published: FeatureVersionView) -> None:
    await database.execute(
        "insert into entitlements_feature (id, key, version, terms, published_at, published_by)"
        " values ($1, $2, $3, $4::jsonb, $5, $6)",
        published.id,
        published.feature.key,
        published.version,
        orjson.dumps(published.feature.as_json()).decode(),
        published.published_at,
        published.published_by,
    )
