"""When a row becomes late, to the instant: cut-offs, zones, changes of the clocks, batches.

Rows are looked at a microsecond before they are late, and at the instant at which they are.
"""

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from include.reconciliation.edges.bank_holidays import bank_holidays
from tests.matching import day_by_day
from tests.scenarios.conftest import CONFIGURATION, STEPS, Desk, a_line

INSTANT = timedelta(microseconds=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = 'weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'

Settle = Callable[..., None]


@pytest.fixture
def settle(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settle:
    """Configures how the PSP settles: lines of TOML, without a grace unless they say so."""

    def configure(*lines: str, zone: str = "Europe/Amsterdam") -> None:
        before, rest = CONFIGURATION.split("[psp.settlement]")
        graces = "" if "ledger_grace" in " ".join(lines) else 'ledger_grace = "0h"'
        text = "\n".join(
            [
                before.replace("Europe/Amsterdam", zone),
                "[psp.settlement]",
                graces,
                *lines,
                rest[rest.index("[psp.limits]") :],
            ]
        )
        path = tmp_path / f"psps_{len(list(tmp_path.glob('psps*')))}.toml"
        path.write_text(text)
        monkeypatch.setenv("RECONCILIATION_CONFIG", str(path))

    return configure


def run_at(desk: Desk, moment: datetime, start: str) -> None:
    desk.run(start, moment.isoformat())


def late_from(desk: Desk) -> dict[str, tuple[str, str]]:
    """(due day, instant from which on it is late) of what is pending, by its id in the ledger."""
    return {
        row["ledger_id"]: (row["due_on"].isoformat(), row["due_at"].strftime("%Y-%m-%dT%H:%M:%SZ"))
        for row in desk.rows("select * from reconciliation.pending_items where side = 'ledger'")
    }


def one_row(desk: Desk, at: str, **given: str) -> tuple[str, str]:
    """The due day of a ledger row, and from when on it is late."""
    desk.ledger("L1", 10000, at=at, **given)
    moment = datetime.fromisoformat(at)
    run_at(desk, moment + INSTANT, (moment - timedelta(days=1)).isoformat())
    return late_from(desk)["L1"]


def test_until_the_last_instant_of_its_day_and_grace_a_row_is_pending_and_then_it_is_missing(
    desk: Desk,
) -> None:
    """Due on Tuesday in Amsterdam, which ends at 23:00 UTC; the grace is twelve hours."""
    desk.ledger("L1", 10000)
    desk.ledger("L2", 5000, payment="P2", event="C2")
    desk.batch(1, a_line())
    late_at = datetime.fromisoformat("2026-03-04T11:00:00Z")
    run_at(desk, late_at - INSTANT, "2026-03-02T00:00:00Z")
    before = (desk.pending(), desk.open_discrepancies())
    run_at(desk, late_at, "2026-03-04T00:00:00Z")

    assert before == ([("ledger", "not_due", 5000)], [])
    assert (desk.pending(), desk.open_discrepancies()) == (
        [],
        [("missing_in_statement", "EUR", -5000, 5000)],
    )


def test_a_line_waits_to_the_last_instant_of_its_grace_and_says_on_which_day_that_is(
    desk: Desk,
) -> None:
    """Booked at 23:30 in Amsterdam, with a grace of two hours."""
    desk.batch(1, a_line(), booked="2026-03-03 23:30:00")
    late_at = datetime.fromisoformat("2026-03-04T00:30:00Z")
    run_at(desk, late_at - INSTANT, "2026-03-02T00:00:00Z")
    pending = desk.rows("select due_on, due_at, reason from reconciliation.pending_items")
    run_at(desk, late_at, "2026-03-04T00:00:00Z")

    assert pending == [
        {"due_on": date(2026, 3, 4), "due_at": late_at, "reason": "ledger_grace"},
    ]
    assert desk.open_discrepancies() == [("missing_in_ledger", "EUR", 10000, 10000)]


def test_a_line_after_the_window_says_when_its_grace_will_be_over(desk: Desk) -> None:
    desk.batch(1, a_line(), booked="2026-03-04 12:00:00")
    run_at(desk, datetime.fromisoformat("2026-03-04T00:00:00Z"), "2026-03-02T00:00:00Z")

    assert desk.rows("select due_on, due_at, reason from reconciliation.pending_items") == [
        {
            "due_on": date(2026, 3, 4),
            "due_at": datetime(2026, 3, 4, 13, tzinfo=UTC),
            "reason": "after_the_window",
        }
    ]


def test_the_sheet_of_pending_items_says_from_when_on_each_is_a_discrepancy(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    attempt_id = desk.begin("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
    folder = [step(attempt_id) for step in STEPS][-1]
    sheet = openpyxl.load_workbook(Path(str(folder)) / "discrepancies.xlsx")["Pending"]
    head, row = ([cell.value for cell in sheet[number]] for number in (3, 4))
    shown = dict(zip(head, row, strict=True))

    assert shown["Due on"] == "2026-03-03"
    assert shown["Discrepancy from"] == "2026-03-04 11:00:00 UTC"


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-03-02T14:59:59.999999Z", "2026-03-03"),
        ("2026-03-02T15:00:00Z", "2026-03-04"),  # 16:00 in Amsterdam
        ("2026-03-05T14:59:59.999999Z", "2026-03-06"),
        ("2026-03-05T15:00:00Z", "2026-03-09"),
        ("2026-03-06T15:00:00Z", "2026-03-10"),  # on a Friday: Monday's
        ("2026-03-07T09:00:00Z", "2026-03-10"),
        ("2026-03-08T22:00:00Z", "2026-03-10"),
        ("2026-03-09T14:59:59.999999Z", "2026-03-10"),
        ("2026-03-30T13:59:59.999999Z", "2026-03-31"),  # summer time
        ("2026-03-30T14:00:00Z", "2026-04-01"),
    ],
)
def test_from_the_cut_off_on_a_row_is_of_the_next_business_day(
    desk: Desk, settle: Settle, at: str, due: str
) -> None:
    settle("days = 1", "cut_off = 16:00:00")

    assert one_row(desk, at)[0] == due


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-03-29T00:59:59.999999Z", "2026-03-29"),
        ("2026-03-29T01:00:00Z", "2026-03-30"),  # the clocks jump from two over half past to three
        ("2026-10-25T00:29:59.999999Z", "2026-10-25"),
        ("2026-10-25T00:30:00Z", "2026-10-26"),  # half past two for the first time
        ("2026-10-25T01:15:00Z", "2026-10-26"),  # a quarter past two again
    ],
)
def test_a_cut_off_in_the_hour_of_a_change_of_the_clocks_is_passed_once(
    desk: Desk, settle: Settle, at: str, due: str
) -> None:
    settle("days = 0", EVERY_DAY, "cut_off = 02:30:00")

    assert one_row(desk, at)[0] == due


@pytest.mark.parametrize(
    ("zone", "at", "late"),
    [
        ("Europe/Amsterdam", "2026-03-28T23:30:00Z", ("2026-03-29", "2026-03-29T22:00:00Z")),
        ("Europe/Amsterdam", "2026-10-24T22:30:00Z", ("2026-10-25", "2026-10-25T23:00:00Z")),
        ("America/Sao_Paulo", "2026-03-03T02:59:00Z", ("2026-03-02", "2026-03-03T03:00:00Z")),
        # There is no midnight in Chile when summer begins, and two in Cuba when it ends.
        ("America/Santiago", "2026-09-05T12:00:00Z", ("2026-09-05", "2026-09-06T04:00:00Z")),
        ("America/Havana", "2026-10-31T12:00:00Z", ("2026-10-31", "2026-11-01T04:00:00Z")),
        ("America/Havana", "2026-11-01T04:30:00Z", ("2026-11-01", "2026-11-02T05:00:00Z")),
    ],
)
def test_a_day_is_that_of_the_zone_however_long_it_is(
    desk: Desk, settle: Settle, zone: str, at: str, late: tuple[str, str]
) -> None:
    settle("days = 0", EVERY_DAY, zone=zone)

    assert one_row(desk, at) == late


def test_a_due_day_of_the_ledgers_own_ends_at_the_same_instant(desk: Desk, settle: Settle) -> None:
    settle("days = 0", EVERY_DAY, zone="America/Havana")

    assert one_row(desk, "2026-10-30T12:00:00Z", settles_on="2026-10-31") == (
        "2026-10-31",
        "2026-11-01T04:00:00Z",
    )


def test_a_grace_over_a_change_of_the_clocks_is_as_long_as_any_other(
    desk: Desk, settle: Settle
) -> None:
    settle("days = 0", EVERY_DAY, 'ledger_grace = "12h"')

    assert one_row(desk, "2026-03-28T12:00:00Z") == ("2026-03-28", "2026-03-29T11:00:00Z")


@pytest.mark.parametrize(
    ("lines", "at", "due"),
    [
        # Good Friday and Easter Monday.
        (['days = 1\nholidays = "ECB"'], "2026-04-02T10:00:00Z", "2026-04-07"),
        (['days = 2\nholidays = "ECB"'], "2026-04-02T10:00:00Z", "2026-04-08"),
        # New Year's Day is the next year's.
        (['days = 1\nholidays = "ECB"'], "2025-12-31T10:00:00Z", "2026-01-02"),
        (['days = 3\nholidays = "ECB"'], "2025-12-30T10:00:00Z", "2026-01-05"),
        (["days = 1"], "2025-12-31T10:00:00Z", "2026-01-01"),
        # A week that ends on Friday and Saturday.
        (
            ['days = 1\nweekdays = ["sun", "mon", "tue", "wed", "thu"]'],
            "2026-03-05T10:00:00Z",
            "2026-03-08",
        ),
        (['days = 2\nunit = "calendar_days"'], "2026-03-05T10:00:00Z", "2026-03-09"),
        (['days = 2\nunit = "calendar_days"'], "2026-03-02T10:00:00Z", "2026-03-04"),
        # Each Thursday what is a business day old; New Year's Day was one.
        (['days = 1\nbatch_weekdays = ["thu"]'], "2026-03-04T10:00:00Z", "2026-03-05"),
        (['days = 1\nbatch_weekdays = ["thu"]'], "2026-03-05T10:00:00Z", "2026-03-12"),
        (
            ['days = 1\nbatch_weekdays = ["thu"]\nholidays = "ECB"'],
            "2025-12-29T10:00:00Z",
            "2026-01-02",
        ),
        (
            ['days = 1\nbatch_weekdays = ["mon", "thu"]\ncut_off = 16:00:00'],
            "2026-03-06T15:00:00Z",
            "2026-03-12",
        ),
    ],
)
def test_a_row_is_due_on_the_day_that_the_entry_gives(
    desk: Desk, settle: Settle, lines: list[str], at: str, due: str
) -> None:
    settle(*lines)

    assert one_row(desk, at)[0] == due


def test_what_is_batched_weekly_is_not_missed_before_its_batch(desk: Desk, settle: Settle) -> None:
    """A batch of each day proves the days; Monday's row is of Thursday's."""
    settle("days = 1", 'batch_weekdays = ["thu"]')
    desk.ledger("L1", 10000)
    for day in (3, 4, 5):
        desk.ledger(f"M{day}", 100, payment=f"Q{day}", event="C", settles_on=f"2026-03-0{day}")
        desk.batch(
            day,
            a_line(payment=f"Q{day}", event="C", amount="1.00"),
            booked=f"2026-03-0{day} 21:00:00",
        )
    late_at = datetime.fromisoformat("2026-03-05T23:00:00Z")
    run_at(desk, late_at - INSTANT, "2026-03-02T00:00:00Z")
    before = desk.pending()
    run_at(desk, late_at, "2026-03-05T00:00:00Z")

    assert before == [("ledger", "not_due", 10000)]
    assert desk.open_discrepancies() == [("missing_in_statement", "EUR", -10000, 10000)]


@pytest.mark.parametrize(
    ("at", "booked", "found"),
    [
        # After the cut-off, and on the statement the same evening, or by the PSP's clock before it.
        ("2026-03-02T16:00:00Z", "2026-03-02 17:00:00", []),
        ("2026-03-02T15:00:30Z", "2026-03-02 15:59:50", []),
        ("2026-03-02T15:00:30Z", "2026-03-02 13:59:50", ["date_mismatch"]),
        ("2026-03-02T14:59:30Z", "2026-03-02 16:00:30", []),
        ("2026-03-02T16:00:00Z", "2026-03-03 23:00:00", []),
        ("2026-03-02T16:00:00Z", "2026-03-04 00:30:00", ["date_mismatch"]),
    ],
)
def test_with_a_cut_off_a_day_begins_at_that_of_the_day_before(
    desk: Desk, settle: Settle, at: str, booked: str, found: list[str]
) -> None:
    settle("days = 0", "cut_off = 16:00:00", 'statement_grace = "1h"')
    desk.ledger("L1", 10000, at=at)
    desk.batch(1, a_line(), booked=booked)
    run = desk.run("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z")

    assert run["matched"] == 1
    assert [row[0] for row in desk.open_discrepancies()] == found


@pytest.mark.parametrize(
    ("booked", "found"),
    [
        ("2026-03-03 21:00:00", []),
        ("2026-03-03 16:00:00", []),
        ("2026-03-03 15:59:59", ["date_mismatch"]),
    ],
)
def test_what_settles_a_day_later_may_be_booked_from_the_cut_off_before_on(
    desk: Desk, settle: Settle, booked: str, found: list[str]
) -> None:
    """Of Monday after the cut-off: Tuesday's, and due on Wednesday, which begins on Tuesday."""
    settle("days = 1", "cut_off = 16:00:00")
    desk.ledger("L1", 10000, at="2026-03-02T16:00:00Z")
    desk.batch(1, a_line(), booked=booked)
    run = desk.run("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z")

    assert run["matched"] == 1
    assert [row[0] for row in desk.open_discrepancies()] == found


def _random_settlement(chance: random.Random) -> tuple[list[str], day_by_day.Rules]:
    """Lines of TOML, and what they mean."""
    zone = chance.choice(
        [
            "Europe/Amsterdam",
            "America/Santiago",
            "America/Havana",
            "Atlantic/Azores",
            "Asia/Kolkata",
        ]
    )
    weekdays = sorted(chance.sample(range(7), chance.randint(1, 7)))
    batches = sorted(chance.sample(weekdays, chance.randint(0, min(2, len(weekdays)))))
    rules = day_by_day.Rules(
        zone=ZoneInfo(zone),
        days=chance.randint(0, 4),
        weekdays=tuple(weekdays),
        holidays=bank_holidays("ECB", (2026, 2027)) if chance.random() < 0.5 else frozenset(),
        in_calendar_days=chance.random() < 0.3,
        cut_off=chance.choice([None, time(0, 30), time(2, 30), time(16), time(23, 59)]),
        batch_weekdays=tuple(batches),
        ledger_grace=timedelta(hours=chance.choice([0, 2, 36])),
    )
    lines = [
        f"days = {rules.days}",
        f"weekdays = {json.dumps([WEEKDAYS[number] for number in weekdays])}",
        f'unit = "{"calendar_days" if rules.in_calendar_days else "business_days"}"',
        f'ledger_grace = "{rules.ledger_grace // timedelta(hours=1)}h"',
    ]
    if rules.holidays:
        lines.append('holidays = "ECB"')
    if rules.cut_off:
        lines.append(f"cut_off = {rules.cut_off.isoformat()}")
    if batches:
        lines.append(f"batch_weekdays = {json.dumps([WEEKDAYS[number] for number in batches])}")
    return lines, rules


def _moments(chance: random.Random, rules: day_by_day.Rules, first: date) -> list[datetime]:
    """Instants around midnights and cut-offs, and any others, of three weeks."""
    found = []
    for _ in range(60):
        day = first + timedelta(days=chance.randrange(21))
        clock = chance.choice([time(0), rules.cut_off or time(12), time(chance.randrange(24), 30)])
        local = datetime.combine(day, clock, tzinfo=rules.zone)
        found.append(local.astimezone(UTC) + chance.choice([-1, 0, 1]) * INSTANT)
    return found


def _reason(moment: datetime, as_of: datetime, rules: day_by_day.Rules) -> str:
    if moment >= as_of:
        return "after_the_window"
    return "not_due" if as_of < day_by_day.due(moment, rules)[1] else "awaiting_statement"


@pytest.mark.parametrize("seed", range(8))
def test_nothing_due_is_called_late_and_nothing_late_is_called_pending(
    desk: Desk, settle: Settle, seed: int
) -> None:
    """Any calendar, run at an instant at which a row becomes late, against days counted by hand."""
    chance = random.Random(seed)
    lines, rules = _random_settlement(chance)
    settle(*lines, zone=rules.zone.key)
    # Both changes of the clocks of most zones.
    first = chance.choice([date(2026, 3, 20), date(2026, 8, 28), date(2026, 10, 16)])
    moments = _moments(chance, rules, first)
    for number, moment in enumerate(moments):
        desk.ledger(f"L{number}", 100, payment=f"P{number}", event="C", at=moment.isoformat())
    instants = sorted(day_by_day.due(moment, rules)[1] for moment in moments)
    as_of = instants[len(instants) // 3]
    run_at(desk, as_of, datetime.combine(first, time(0), tzinfo=UTC).isoformat())

    # What lies later than the look-back after the as-of is not read yet.
    read = {
        f"L{number}": moment
        for number, moment in enumerate(moments)
        if moment < as_of + timedelta(days=6)
    }
    found = {
        row["ledger_id"]: (row["due_on"], row["due_at"], row["reason"])
        for row in desk.rows("select * from reconciliation.pending_items")
        if row["ledger_id"] in read
    }
    assert found == {
        ledger_id: (*day_by_day.due(moment, rules), _reason(moment, as_of, rules))
        for ledger_id, moment in read.items()
    }
