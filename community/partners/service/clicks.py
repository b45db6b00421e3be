"""The clicks that a partner's reports name: by the click ids that were handed over; in the sandbox also by codes."""

from collections.abc import Collection
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from community.partners.rules.conversions import Click
from community.referrals import queries as referrals
from community.referrals import tokens
from community.referrals.queries import LinkView
from community.referrals.rules.codes import code_key, could_be_code

SANDBOX_CLICK = "test-"
"""In the sandbox, `test-` and the code of a link stands for a click on it, at the moment of the conversion."""


async def clicks_by_ids(click_ids: Collection[str], *, is_sandbox: bool) -> dict[str, Click]:
    """The clicks that these ids stand for, whosever links they were on; those made up are left out."""
    read = {each: token for each in click_ids if (token := tokens.read(each))}
    links = await referrals.links_by_ids({token.link_id for token in read.values()})
    found = {
        each: _click(token.click_id, links[token.link_id], token.at)
        for each, token in read.items()
        if token.link_id in links
    }
    return {**found, **(await _clicks_of_sandbox(click_ids) if is_sandbox else {})}


async def _clicks_of_sandbox(click_ids: Collection[str]) -> dict[str, Click]:
    codes = {each: each.removeprefix(SANDBOX_CLICK) for each in click_ids if each.startswith(SANDBOX_CLICK)}
    codes = {each: code for each, code in codes.items() if could_be_code(code)}
    links = await referrals.links_by_codes(codes.values())
    found = {each: links[code_key(code)] for each, code in codes.items() if code_key(code) in links}
    return {each: _click(uuid5(NAMESPACE_URL, each), link, None) for each, link in found.items()}


def _click(click_id: UUID, link: LinkView, at: datetime | None) -> Click:
    return Click(id=click_id, link_id=link.id, owner=link.owner, source=link.sub_source, campaign=link.campaign, at=at)
