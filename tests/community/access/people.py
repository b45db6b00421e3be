"""Who the tests of access are about, and what they do over and over."""

from uuid import UUID

from community import database
from community.access import service as access
from community.access import tokens
from community.access.policy import SYSTEM, Actor, Kind, Role
from community.access.service import Device, SignedIn
from community.database import transaction

EMAIL = "mei@example.com"
PASSWORD = "correct horse battery"


async def an_account(email: str = EMAIL, password: str = PASSWORD, *roles: Role) -> UUID:
    """An open account with these staff roles."""
    account_id = await access.register(email=email, password=await access.hash_password(password, email=email))
    for role in roles:
        await access.grant_role(SYSTEM, account_id, role)
    return account_id


async def signed_in(email: str = EMAIL, password: str = PASSWORD, device: Device | None = None) -> SignedIn:
    """A session of the account with this e-mail."""
    return await access.sign_in(email, password, device)


def actor_of(signed_in: SignedIn) -> Actor:
    """The member behind a session, without looking whether it still stands."""
    said = tokens.verify(signed_in.access_token)
    return Actor(kind=Kind.MEMBER, member_id=said.account_id, session_id=said.session_id, roles=said.roles)


@transaction()
async def rewrite(sql: str, *arguments: object) -> None:
    """Change rows behind the back of every verb."""
    await database.execute(sql, *arguments)
