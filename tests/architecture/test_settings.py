"""Settings are typed and documented, and a bad value is named with its variable."""

from pathlib import Path

import pytest

from api.cli.settings import MARK
from community.settings import InvalidSettings, Settings, settings, settings_table, variable

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize("field", Settings.model_fields)
def test_each_setting_says_what_it_does_in_a_sentence(field: str):
    description = Settings.model_fields[field].description
    assert description is not None
    assert description.endswith(".")


def test_the_documented_table_is_the_one_in_force():
    documented = (ROOT / "api/README.md").read_text()
    assert documented.endswith(f"{MARK}{settings_table()}\n"), "write it anew: hourglass settings --write"


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("PORT", "eighty", "PORT: Input should be a valid integer"),
        ("PORT", "70000", "PORT: Input should be less than or equal to 65535"),
        ("DATABASE_URL", "mysql://localhost/shop", "DATABASE_URL: a URL that begins with postgres:// is needed"),
        ("REDIS_URL", "localhost:6379", "REDIS_URL: a URL that begins with redis:// is needed"),
        ("HOURGLASS_ENVIRONMENT", "staging", "HOURGLASS_ENVIRONMENT: Input should be 'development' or 'production'"),
        ("HOURGLASS_ENVIRONMENT", "production", "HOURGLASS_SECRET_KEY: production demands a key of 32 bytes or more"),
        ("HOURGLASS_SECRET_KEY", "too short", "HOURGLASS_SECRET_KEY: 32 bytes or more are needed"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings) as raised:
        settings()
    assert complaint in str(raised.value)


def test_a_complaint_never_shows_a_secret(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOURGLASS_SECRET_KEY", "tooshortasecret")
    monkeypatch.setenv("DATABASE_URL", "mysql://root:hunter2@localhost/shop")
    with pytest.raises(InvalidSettings) as raised:
        settings()
    assert "tooshortasecret" not in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("HOURGLASS_LOG_LEVEL", "loud")
    with pytest.raises(InvalidSettings) as raised:
        settings()
    assert {line.partition(":")[0] for line in str(raised.value).splitlines()} == {"PORT", "HOURGLASS_LOG_LEVEL"}


def test_several_values_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOURGLASS_ALLOWED_ORIGINS", "https://a.example, https://b.example,")
    assert settings().allowed_origins == ("https://a.example", "https://b.example")


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "")
    assert settings().database_url is None
