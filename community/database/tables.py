"""What every row is: a Tortoise model whose source nobody reads."""

from typing import Any

from tortoise import models


class _Meta(models.ModelMeta):
    """Tortoise looks through the source of each model for comments on its columns: a tenth of each start."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> "_Meta":
        return super().__new__(cls, name, bases, {"_no_comments": True, **attrs})  # type: ignore[return-value]


class Model(models.Model, metaclass=_Meta):
    """A table of an area."""

    class Meta:
        abstract = True
