"""Who looks: read once for what is looked at, and no more of them than it asks for."""

from collections.abc import Iterable
from dataclasses import replace

from community.access.policy import Actor
from community.content import policy
from community.content.rules.access import Requirement, Terms, Viewer, asks_to_know
from community.entitlements import queries as entitlements
from community.kernel import clock
from community.tiers import queries as tiers


async def viewer_of(actor: Actor, terms: Iterable[Terms]) -> Viewer:
    """The actor as far as these terms depend on them, at this instant. Two statements, or none for simple terms.

    Partners and services are strangers here, unless they edit.
    """
    viewer = Viewer(now=clock.now(), member_id=actor.member_id, is_editor=policy.is_editor(actor))
    return await viewer_for(viewer, terms, [])


async def viewer_for(viewer: Viewer, terms: Iterable[Terms], gates: Iterable[Requirement]) -> Viewer:
    """The same viewer at the same instant, known as well as these terms and gates need."""
    found = list(terms)
    windows = [window for each in found for window in each.windows]
    asked = [*(each.requirement for each in found), *gates]
    return await known(viewer) if asks_to_know(asked, windows) else viewer


async def known(viewer: Viewer) -> Viewer:
    """The viewer with the tiers they have reached and the rights they have."""
    if viewer.member_id is None or viewer.is_known or viewer.is_editor:
        return viewer
    reached = await tiers.reached_by([viewer.member_id], viewer.now)
    rights = await entitlements.rights_of([viewer.member_id], viewer.now, reached)
    return replace(
        viewer,
        tiers=reached[viewer.member_id],
        rights=frozenset(right.feature for right in rights[viewer.member_id].held(viewer.now)),
        is_known=True,
    )
