"""A few seconds of `make fuzz` in every run of the tests, the same operations each time."""

import pytest

from tests.fuzz import Report, batch


@pytest.mark.usefixtures("database")
async def test_random_operations_find_no_mistake_of_ours() -> None:
    report = Report()
    await batch(report, size=100, number=1)
    assert report.tried >= 100
    assert report.outcomes["answered"] > 5
    assert report.is_clean, report
