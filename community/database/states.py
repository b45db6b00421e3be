"""What the models are between two operations of migrations: a first start takes one second for it, not ten."""

from functools import cached_property

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps


class Executor(MigrationExecutor):
    """Tortoise's executor. Before each operation it copies the state, and so made the classes of all models anew."""

    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        state = await super()._project_state(applied, upto=upto)
        return Now(state.models, state.apps)


class Now(State):
    """The models as they are, which operations change."""

    def clone(self) -> State:
        return Before({key: model.clone() for key, model in self.models.items()}, self.apps)


class Before(State):
    """The models as they were. Their classes are made when an operation asks for them; hardly any does."""

    def __init__(self, models: dict[tuple[str, str], ModelState], now: StateApps) -> None:
        self.models = models
        self._now = now

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        return self._now.clone(model_states=self.models)
