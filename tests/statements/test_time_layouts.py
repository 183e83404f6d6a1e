"""How times are written: each layout is read as what it says, and nothing else is read by it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from include.reconciliation import config
from include.reconciliation.statements import time_layouts
from tests.statements.test_declared import ACME, HEADER, SALE

CASES = [
    ("YYYY-MM-DD hh:mm:ss", "America/Sao_Paulo", "2026-03-01 23:30:05", "2026-03-02 02:30:05"),
    ("D/M/YYYY hh:mm", "America/Sao_Paulo", "1/3/2026 23:30", "2026-03-02 02:30"),
    ("M/D/YYYY", "UTC", "3/1/2026", "2026-03-01"),
    ("YYYYMMDDhhmmss", "UTC", "20260301233005", "2026-03-01 23:30:05"),
    ("YYYY-MM-DDThh:mm:ss.fzz", "offset", "2026-03-01T23:30:05.25-04:00", "2026-03-02 03:30:05.25"),
    ("YYYY-MM-DDThh:mm:ss.fzz", "offset", "2026-03-01T23:30:05+0530", "2026-03-01 18:00:05"),
    ("YYYY-MM-DDThh:mm:sszz", "offset", "2026-03-01T23:30:05Z", "2026-03-01 23:30:05"),
    ("epoch", "UTC", "1772407805", "2026-03-01 23:30:05"),
    ("YYYY-MM-DD", "Europe/Berlin", "2024-02-29", "2024-02-28 23:00"),
    ("YYYY-MM-DDThh:mm:ss.fzz", "offset", "2026-03-01T23:59:59.9999999Z", "2026-03-02 00:00:00"),
]
AROUND_A_CHANGE = [
    ("Europe/Berlin", "2026-03-28 23:30:05", "2026-03-28 22:30:05"),
    ("Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29 00:59:59"),
    ("Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29 01:00:00"),
    ("Europe/Berlin", "2026-03-30 00:00:00", "2026-03-29 22:00:00"),
    ("Europe/Berlin", "2026-10-25 12:00:00", "2026-10-25 11:00:00"),
    ("Atlantic/Azores", "2026-10-24 23:30:00", "2026-10-24 23:30:00"),
    ("Atlantic/Azores", "2026-10-25 00:30:00", "2026-10-25 01:30:00"),
    ("Australia/Lord_Howe", "2026-04-05 01:15:00", "2026-04-04 14:15:00"),
    ("Australia/Lord_Howe", "2026-04-05 02:15:00", "2026-04-04 15:45:00"),
    ("America/Sao_Paulo", "2018-11-04 01:00:00", "2018-11-04 03:00:00"),
]


@pytest.mark.parametrize(
    ("layout", "zone", "written", "booked_at"),
    [*CASES, *(("YYYY-MM-DD hh:mm:ss", *case) for case in AROUND_A_CHANGE)],
)
def test_a_time_is_read_by_its_layout(
    reader_of, tmp_path, monkeypatch: pytest.MonkeyPatch, layout, zone, written, booked_at
) -> None:
    reader, folder = reader_of("acme", currencies="BRL")
    declared = ACME.replace('"DD/MM/YYYY hh:mm"', f'"{layout}"').replace("America/Sao_Paulo", zone)
    declared = declared.replace('"Pago em" = "value_date"\n', "")
    path = tmp_path / "own.toml"
    path.write_text(declared + config.load().source_path.read_text(encoding="utf-8"))
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))
    (folder / "1.csv").write_text(HEADER + SALE.replace("01/03/2026 23:30", written))

    reader.run()

    assert (None, [datetime.fromisoformat(booked_at).replace(tzinfo=UTC)]) == (
        reader.verdict()[2],
        reader.values("select booked_at from work_statement_lines"),
    )


@pytest.mark.parametrize("layout", [case[0] for case in CASES])
def test_the_example_of_a_layout_has_its_pattern(layout: str) -> None:
    assert re.fullmatch(
        time_layouts.compiled(layout)["pattern"].strip("^$"), time_layouts.example(layout)
    )


@pytest.mark.parametrize(
    "layout",
    ["YYYY-MM", "YYYY-MM-DD DD", "hh:mm", "YYYY-MM-DD hh:mm:ss.f hh", "D/M/YYYY hh:mm:ss.f", ""],
)
def test_a_layout_that_names_no_day_or_cannot_be_cut_is_refused(layout: str) -> None:
    with pytest.raises(ValueError, match="layout"):
        time_layouts.compiled(layout)
