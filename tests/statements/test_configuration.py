"""What is wrong in psps.toml is found when the DAG is read, with the key and what to write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from include.reconciliation import config
from include.reconciliation.calendar_days import CALENDARS
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.steps.choose_accounts import configured_psps

ENTRY = """
[[psp]]
name = "adyen"
format = "adyen_settlement_details"
zone = "Europe/Amsterdam"
accounts = ["Shop"]
statements = { due = "daily", weekdays = ["mon"] }
settlement = { days = 1, holidays = "ECB" }
[psp.limits]
BRL = { alert_above_minor = 2, recovered_below_minor = 1 }
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Loads the entry as the DAG does, after one part of it was replaced."""

    def loaded(written: str, instead: str) -> list[str]:
        assert written in ENTRY
        path = tmp_path / "psps.toml"
        path.write_text(ENTRY.replace(written, instead))
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
        return [psp.name for psp in configured_psps()]

    return loaded


def test_an_entry_that_fits_its_format_is_taken(load) -> None:
    assert ["adyen"] == load("BRL", "EUR")


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ('"adyen_settlement_details"', '"acmee"', "no format 'acmee'; known: adyen_settlement"),
        ('"ECB"', '"XX"', "holidays = 'XX': is no calendar of bank holidays; known: ASX, "),
        ("BRL", "BRX", "limits names BRX: no code of ISO 4217, such as BRL"),
        ("zone =", 'endpoint = "https://a.example"\nzone =', "endpoint is for an API, and adyen"),
        ('"daily"', '"every_run"', "statements that come as files are due 'daily'"),
        ('["mon"]', '["Mon"]', "must be a list out of mon, tue, wed, thu, fri, sat, sun"),
        ("days = 1", "days = -1", "days = -1: must be a whole number of days, 0 or more"),
        ("days = 1", "days = 1000", "must be a whole number of days, 0 or more, up to 366"),
        ("days = 1", 'days = 1, unit = "days"', "unit = 'days': must be 'business_days' or 'cal"),
        ("days = 1", 'days = 1, cut_off = "16:00"', "cut_off = '16:00': must be a time such as 16"),
        ("days = 1", "days = 1, cut_off = 00:00:00", "must be a time such as 16:00:00, after 00:"),
        ("days = 1", 'days = 1, batch_weekdays = ["sat"]', "batch_weekdays are business days, so"),
        ("days = 1", 'days = 1, batch_weekday = ["fri"]', "unknown keys ['batch_weekday']"),
    ],
)
def test_a_typo_is_told_with_its_key(load, written: str, instead: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(written, instead)

    assert told in str(refused.value)
    assert str(refused.value).startswith("psps.toml, psp 1 (adyen)")


def test_the_known_calendars_are_those_of_the_library() -> None:
    import holidays

    text = (config.PROJECT_ROOT / "docs" / "adding-a-psp.md").read_text(encoding="utf-8")

    assert sorted(holidays.list_supported_financial()) == list(CALENDARS)
    assert [] == [name for name in CALENDARS if name not in text.split()]


def test_reading_the_configuration_imports_nothing_slow() -> None:
    code = (
        "import sys; from include.reconciliation.steps.choose_accounts import configured_psps;"
        "configured_psps(); print(sorted({'pandas', 'holidays', 'airflow'} & sys.modules.keys()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(config.PROJECT_ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )

    assert "[]\n" == done.stdout
