"""Every message a caller can meet exists in both languages and fills its own blanks."""

import ast
import importlib
import pkgutil
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import api
import community
import schema
from community.kernel.errors import HourglassError
from community.kernel.messages import translate

ROOT = Path(community.__file__).parents[1]


def every_error() -> list[type[HourglassError]]:
    for package in (community, schema, api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                importlib.import_module(module.name)
    return sorted(_descendants(HourglassError), key=lambda error: error.__name__)


def _descendants(error: type[HourglassError]) -> Iterator[type[HourglassError]]:
    for child in error.__subclasses__():
        if child.__module__.split(".")[0] != "tests":
            yield child
            yield from _descendants(child)


def every_bad_input_reason() -> Iterator[str]:
    for folder in ("api", "community", "schema"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "BadInput":
                    reason = node.args[1]
                    assert isinstance(reason, ast.Constant), f"{path.name}:{node.lineno}: a reason is a literal message"
                    yield reason.value


def blanks(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("error", [e for e in every_error() if e.message], ids=lambda e: e.__name__)
def test_a_message_fills_its_blanks_from_its_own_data_in_both_languages(error: type[HourglassError]) -> None:
    fields = set(getattr(error, "__dataclass_fields__", {}))
    translation = translate(error.message, "zh-Hant")
    assert translation != error.message, f"{error.__name__} is missing in the zh-Hant catalogue"
    assert blanks(error.message) <= fields
    assert blanks(translation) <= fields


@pytest.mark.parametrize("reason", sorted(set(every_bad_input_reason())))
def test_a_reason_for_bad_input_is_in_both_languages(reason: str) -> None:
    translation = translate(reason, "zh-Hant")
    assert translation != reason
    assert blanks(translation) <= {"limit"}


def test_every_error_that_can_be_raised_has_a_code_and_a_message() -> None:
    families = {error for error in every_error() if error.__subclasses__()}
    for error in set(every_error()) - families:
        assert error.code
        assert error.message
