"""Adyen files delivered again, amended, refused and corrected: what each delivery changes."""

from __future__ import annotations

import pytest

from include.reconciliation.statements import gate
from include.reconciliation.steps import validate_statements as steps
from include.reconciliation.steps.fetch_psp_statements import fetch_psp_statements
from include.reconciliation.steps.validate_statements import validate_statements
from tests.statements.adyen_files import a_file, a_payout, a_row
from tests.statements.conftest import CONFIGURATION


def test_the_same_bytes_under_another_name_are_counted_and_change_nothing(
    adyen, drop_folder
) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file())
    adyen.run()
    (drop_folder / "batch_7 (1).csv").write_bytes(a_file())

    counted = adyen.run()

    assert [("batch_7.csv", 2)] == [
        tuple(row.values()) for row in adyen.rows("select name, times_seen from deliveries")
    ]
    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted


def test_a_file_that_just_stays_is_no_new_delivery(adyen, drop_folder) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file())
    adyen.run()
    adyen.run()
    adyen.run()

    assert [1] == adyen.values("select times_seen from deliveries")


def test_an_amendment_waits_in_the_place_of_the_version_before(adyen, drop_folder) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file())
    adyen.run()
    amended = [a_row(), a_row(psp_reference="X", modification_reference="Y"), a_payout("39.00")]
    (drop_folder / "batch_7_corrected.csv").write_bytes(a_file(amended))

    counted = adyen.run()

    assert ["superseded", "accepted"] == adyen.values(
        "select state from statements order by statement_id"
    )
    assert {"accepted": 1, "quarantined": 0, "lines": 3} == counted


def test_an_amendment_that_fails_leaves_the_one_in_force_alone(adyen, drop_folder) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file())
    adyen.run()
    adyen.put_in_force()
    (drop_folder / "batch_7_corrected.csv").write_bytes(a_file([a_row(), a_payout("19.49")]))

    counted = adyen.run()

    assert [("batch 7", "in_force"), ("batch 7", "quarantined")] == [
        tuple(row.values())
        for row in adyen.rows("select statement_key, state from statements order by statement_id")
    ]
    assert {"accepted": 0, "quarantined": 1, "lines": 0} == counted


def test_what_waits_is_staged_again_by_each_attempt_until_it_is_in_force(
    adyen, drop_folder
) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file())
    adyen.run()
    (drop_folder / "batch_7.csv").unlink()
    waiting = adyen.run()
    adyen.put_in_force()

    assert {"accepted": 1, "quarantined": 0, "lines": 2} == waiting
    assert {"accepted": 0, "quarantined": 0, "lines": 0} == adyen.run()


def test_a_step_that_is_repeated_gives_the_same_rows(adyen, drop_folder) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file())
    first = adyen.run(), adyen.lines()
    again = (fetch_psp_statements(adyen.attempt_id), validate_statements(adyen.attempt_id))

    assert (0, first[0]) == again
    assert first[1] == adyen.lines()


def test_the_good_file_corrects_the_refused_one_and_closes_its_alert(adyen, drop_folder) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file()[:-60])
    refused = adyen.run()
    (drop_folder / "batch_7.csv").write_bytes(a_file())

    counted = adyen.run()

    assert {"accepted": 0, "quarantined": 1, "lines": 0} == refused
    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted
    assert ["corrected", "accepted"] == adyen.values(
        "select state from statements order by statement_id"
    )
    assert ["closed"] == adyen.values("select state from alerts")


def test_a_good_file_under_another_name_corrects_the_one_of_its_batch(adyen, drop_folder) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file([a_row(), a_payout("19.49")]))
    adyen.run()
    (drop_folder / "resent.csv").write_bytes(a_file())
    adyen.run()

    assert ["corrected", "accepted"] == adyen.values(
        "select state from statements order by statement_id"
    )


def test_a_refused_file_is_tried_again_once_the_rules_are_others(
    adyen, drop_folder, configure
) -> None:
    (drop_folder / "batch_7.csv").write_bytes(
        a_file([a_row(gross_currency="CHF", net_currency="CHF"), a_payout(net_currency="CHF")])
    )
    adyen.run()
    adyen.run()
    refused = adyen.rows("select state, reason_code from statements")
    configure(text=CONFIGURATION.replace("JPY =", "CHF ="))
    adyen.run()

    assert [{"state": "quarantined", "reason_code": "currency_not_configured"}] == refused
    assert ["corrected", "accepted"] == adyen.values(
        "select state from statements order by statement_id"
    )


def batches(drop_folder, numbers) -> None:
    for number in numbers:
        own = {"batch_number": str(number), "psp_reference": f"8835{number:012}"}
        rows = [a_row(**own), a_payout(batch_number=str(number))]
        (drop_folder / f"batch_{number}.csv").write_bytes(a_file(rows))


@pytest.mark.slow
def test_hundreds_of_files_that_wait_take_few_locks_at_once(
    adyen, drop_folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches(drop_folder, range(1, 101))
    admit, locks = gate.admit, []

    def counting(case, format_) -> None:
        admit(case, format_)
        held = "select count(*) as held from pg_locks where pid = pg_backend_pid()"
        locks.append(case.cursor.execute(held).fetchone()["held"])

    monkeypatch.setattr(gate, "admit", counting)

    counted = adyen.run()

    assert {"accepted": 100, "quarantined": 0, "lines": 200} == counted
    assert (100, True) == (len(locks), max(locks) < 3000), max(locks)


def test_portions_are_staged_as_one_and_a_broken_one_begins_anew(
    adyen, drop_folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "FILES_AT_ONCE", 2)
    batches(drop_folder, range(1, 4))
    (drop_folder / "batch_3.csv").write_bytes(a_file([a_row(), a_payout("1.00")]))
    batches(drop_folder, range(4, 6))
    admit = gate.admit

    def failing(case, format_) -> None:
        if case.file == "batch_5.csv":
            raise OSError("the machine stops")
        admit(case, format_)

    monkeypatch.setattr(gate, "admit", failing)
    with pytest.raises(OSError, match="the machine stops"):
        adyen.run()
    assert 4 == len(adyen.values("select statement_id from statements"))
    monkeypatch.setattr(gate, "admit", admit)

    counted = validate_statements(adyen.attempt_id)

    assert {"accepted": 4, "quarantined": 1, "lines": 8} == counted
    assert 8 == len({line["line_key"] + line["line_scope"] for line in adyen.lines()})
    assert 1 == len(adyen.values("select fingerprint from alerts where state = 'open'"))
    assert counted == validate_statements(adyen.attempt_id)


def test_what_comes_into_force_between_two_portions_is_staged_no_more(
    adyen, drop_folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "FILES_AT_ONCE", 2)
    batches(drop_folder, range(1, 4))
    fetch_psp_statements(adyen.choose())
    portions = steps._stage_portion

    def with_another_run(attempt_id: int, *, is_first: bool) -> bool:
        if not is_first:
            adyen.put_in_force()
        return portions(attempt_id, is_first=is_first)

    monkeypatch.setattr(steps, "_stage_portion", with_another_run)

    assert {"accepted": 1, "quarantined": 0, "lines": 2} == validate_statements(adyen.attempt_id)
    assert ["batch 3"] * 2 == [line["line_scope"] for line in adyen.lines()]
    assert ["in_force", "in_force", "accepted"] == adyen.values(
        "select state from statements order by statement_id"
    )
