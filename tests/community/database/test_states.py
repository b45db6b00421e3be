"""Migrations know the models as they were before each operation."""

from tortoise import fields
from tortoise.migrations.operations import CreateModel, RemoveField
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from community.database.orm import APP
from community.database.states import Now


def test_an_operation_sees_the_models_before_and_after_it() -> None:
    now = Now(models={}, apps=StateApps())
    columns = [("id", fields.UUIDField(primary_key=True)), ("name", fields.CharField(max_length=9))]
    CreateModel("Pet", columns).state_forward(APP, now)
    before = now.clone()
    RemoveField("Pet", "name").state_forward(APP, now)
    assert (columns_of("Pet", before), columns_of("Pet", now)) == ({"id", "name"}, {"id"})


def columns_of(model: str, state: State) -> set[str]:
    return set(state.apps.get_model(APP, model)._meta.fields_map)
