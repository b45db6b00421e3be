"""The root fields that read access: for administrators."""

import strawberry

from community.access import queries as access
from community.access.policy import Permission, Role, Scope, permission_matrix, require
from community.kernel.pages import PageRequest
from schema.access.types import ApiKey, PermissionGrants
from schema.connections import Connection, paged
from schema.context import Info
from schema.prices import PRIVATE


@strawberry.type
class AccessQueries:
    """Keys, and who may do what."""

    @strawberry.field(
        description="All API keys, the newest first, revoked ones too. Needs access.manage_keys.",
        metadata={PRIVATE: True},
    )
    @paged()
    async def api_keys(self, info: Info, request: PageRequest) -> Connection[ApiKey]:
        return Connection.of(await access.api_keys(info.context.actor, request), ApiKey.of)

    @strawberry.field(
        description="Who may do what, by role and by scope. Needs access.grant_roles.", metadata={PRIVATE: True}
    )
    async def permission_matrix(self, info: Info) -> list[PermissionGrants]:
        require(info.context.actor, Permission.ACCESS_GRANT_ROLES)
        return [
            PermissionGrants(
                permission=permission, roles=[r for r in Role if granted[r]], scopes=[s for s in Scope if granted[s]]
            )
            for permission, granted in permission_matrix()
        ]
