"""Facts become JSON and come back, also when their shape has grown meanwhile."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

import orjson
import pytest

from community.kernel.facts import REGISTRY, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class KettleBoiled(Fact):
    """Every kind of field a fact may have."""

    type: ClassVar[str] = "kettle.boiled"
    subject: ClassVar[str] = "kettle_id"
    kettle_id: UUID
    boiled_at: datetime
    cup_ids: list[UUID]
    guests: tuple[str, ...] = ()
    refilled_at: datetime | None = None
    degrees: int = 100


def a_boiled_kettle(**fields: object) -> KettleBoiled:
    given = {"kettle_id": uuid4(), "boiled_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC), "cup_ids": [uuid4()]}
    return KettleBoiled(**{**given, **fields})  # type: ignore[arg-type]


def test_a_fact_comes_back_from_json_as_it_was():
    for fact in (
        a_boiled_kettle(),
        a_boiled_kettle(guests=("小明", "Ann"), refilled_at=datetime(2026, 3, 3, tzinfo=UTC)),
    ):
        assert KettleBoiled.from_payload(orjson.loads(orjson.dumps(fact.payload()))) == fact


def test_a_fact_is_about_its_subject_and_ordered_by_it():
    fact = a_boiled_kettle()
    assert (fact.subject_id, fact.ordering_key) == (fact.kettle_id, str(fact.kettle_id))


def test_fields_added_since_have_their_defaults_and_gone_ones_are_ignored():
    old = a_boiled_kettle(degrees=90).payload()
    del old["degrees"]
    assert KettleBoiled.from_payload({**old, "whistled": True}).degrees == 100


def test_a_fact_is_found_by_its_type_and_no_two_share_one():
    assert REGISTRY["kettle.boiled"] is KettleBoiled
    with pytest.raises(TypeError, match=r"KettleBoiled and .*TeaMade both call themselves kettle\.boiled"):

        @dataclass(frozen=True, slots=True, kw_only=True)
        class TeaMade(Fact):
            type: ClassVar[str] = "kettle.boiled"
