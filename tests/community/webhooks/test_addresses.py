"""Hostile addresses: refused by their text, and again where the socket is made. Nothing is ever connected."""

import pytest

from community.webhooks.rules.addresses import is_public
from community.webhooks.rules.destinations import Flaw, flaw_in
from community.webhooks.rules.retries import Failure
from community.webhooks.sender import Sender
from tests.community.webhooks.hostile import HOSTILE, LEADS_ASTRAY, Resolver, connects
from tests.deadlines import PATIENCE_SECONDS
from tests.receiver import Receiver, receiving

GOOD_NAME = "https://hooks.example.com/in"


def test_there_are_enough_of_them():
    assert len(set(HOSTILE)) == len(HOSTILE) >= 100


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused_by_its_text(url: str):
    assert flaw_in(url) is not None


async def test_a_hostile_url_that_got_so_far_connects_to_nothing():
    with connects() as connected:
        async with Sender(timeout_seconds=PATIENCE_SECONDS, resolver=Resolver(["127.0.0.1"])) as sender:
            answers = [await sender.post(url, "{}", {}) for url in HOSTILE]
    assert connected == []
    assert {answer.status for answer in answers} == {None}
    assert all(answer.failure for answer in answers)


@pytest.mark.parametrize("address", LEADS_ASTRAY)
async def test_a_good_name_that_leads_astray_connects_to_nothing(address: str):
    with connects() as connected:
        async with Sender(timeout_seconds=PATIENCE_SECONDS, resolver=Resolver([address])) as sender:
            answer = await sender.post(GOOD_NAME, "{}", {})
    assert connected == []
    assert answer.failure is Failure.ADDRESS_REFUSED


async def test_of_several_addresses_none_that_is_astray_is_tried():
    with connects() as connected:
        async with Sender(timeout_seconds=PATIENCE_SECONDS, resolver=Resolver(LEADS_ASTRAY)) as sender:
            answer = await sender.post(GOOD_NAME, "{}", {})
    assert connected == []
    assert answer.failure is Failure.ADDRESS_REFUSED


async def test_a_name_that_changes_its_meaning_is_judged_by_what_is_connected_to():
    """Rebinding: good when somebody looked, loopback when somebody connects."""
    resolver = Resolver(["93.184.215.14"], ["127.0.0.1"])
    await resolver.resolve("hooks.example.com")
    with connects() as connected:
        async with Sender(timeout_seconds=PATIENCE_SECONDS, resolver=resolver) as sender:
            answer = await sender.post(GOOD_NAME, "{}", {})
    assert resolver.asked == 2
    assert connected == []
    assert answer.failure is Failure.ADDRESS_REFUSED


async def test_what_answers_on_this_machine_is_reached_only_where_that_is_allowed():
    async with receiving(Receiver(secret="whsec_c2VjcmV0")) as receiver:
        with connects() as connected:
            async with Sender(timeout_seconds=PATIENCE_SECONDS) as sender:
                refused = await sender.post(receiver.url, "{}", {})
            assert connected == []
            async with Sender(timeout_seconds=PATIENCE_SECONDS, allows_loopback=True) as sender:
                reached = await sender.post(receiver.url, "{}", {})
            assert len(connected) == 1
    assert (refused.failure, refused.status) == (Failure.ADDRESS_REFUSED, None)
    assert (reached.failure, reached.status) == (Failure.REFUSED, 401)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "172.32.0.1", "100.128.0.1"])
def test_the_world_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize("address", [*LEADS_ASTRAY, "", "example.com", "127.1", "2130706433", "1.2.3.4 "])
def test_home_and_nonsense_are_not(address: str):
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/",
        "https://hooks.example.co.uk:8443/a/b?c=d&e=%20",
        "https://xn--fiqs8s.example.com/in",
        "HTTPS://Example.COM/In",
        "https://8.8.8.8/in",
        "https://a_b.example.com/",
    ],
)
def test_a_good_url_is_good(url: str):
    assert flaw_in(url) is None


@pytest.mark.parametrize(
    ("url", "flaw"),
    [
        ("http://example.com/", Flaw.SCHEME),
        ("https://user@example.com/", Flaw.USER),
        ("https://example.com/#here", Flaw.FRAGMENT),
        ("https://example.com:22/", Flaw.PORT),
        ("https://example.com:99999/", Flaw.PORT),
        ("https://example/", Flaw.HOST),
        ("https://-a.example.com/", Flaw.HOST),
        ("https://[2606:4700:4700::1111]/", Flaw.HOST),
        ("https://127.0.0.1/", Flaw.ADDRESS),
        ("https://例子.example.com/", Flaw.UNREADABLE),
    ],
)
def test_a_flaw_is_named(url: str, flaw: Flaw):
    assert flaw_in(url) is flaw


def test_for_developing_this_machine_is_fine_and_nothing_else_more():
    assert flaw_in("http://127.0.0.1:9000/in", loopback=True) is None
    assert flaw_in("http://localhost/in", loopback=True) is None
    assert flaw_in("http://example.com/in", loopback=True) is Flaw.SCHEME
    assert flaw_in("http://user@localhost/in", loopback=True) is Flaw.USER
    assert flaw_in("https://10.0.0.1/in", loopback=True) is Flaw.ADDRESS
    assert flaw_in("http://127.0.0.2/in", loopback=True) is Flaw.SCHEME
    assert flaw_in("http://2130706433/in", loopback=True) is Flaw.SCHEME
