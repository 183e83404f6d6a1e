"""What the ledger is to post: each correction from its application until a run has found it."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from include.reconciliation.edges import warehouse
from include.reconciliation.errors import RequestError
from include.reconciliation.steps.export_postings import COLUMNS, main, postings, rendered
from tests.scenarios.conftest import Desk
from tests.scenarios.corrections.conftest import People
from tests.scenarios.corrections.test_life import FIFTH, SEVENTH, SIXTH, identity, post, shown

Missing = Callable[..., str]


@pytest.fixture
def corrected(people: People, missing: Missing) -> str:
    """EUR 100.00 of P1 are to be posted; the id of the correction."""
    request = people.ask(missing(), requester="carl", ticket="FIN-7")
    people.answer("bea")
    people.apply()
    return str(request["request_id"])


def reverse(people: People, correction: str) -> str:
    """Takes a correction back; the id of what does."""
    request = people.ask(correction, action="reverse_correction", reason="P1 was posted before")
    people.answer("bea")
    people.apply()
    return str(request["request_id"])


def listed(psp: str | None = None) -> list[tuple[str, int]]:
    """(correction, amount) of what is to be posted."""
    return [(row["correction_id"], row["amount_minor"]) for row in postings(psp)]


def test_a_posting_says_what_the_ledger_needs(corrected: str) -> None:
    assert [
        {
            "correction_id": corrected,
            "psp": "adyen",
            "account": "Shop",
            "action": "compensating_entry",
            "kind": "missing_in_ledger",
            "psp_reference": "P1",
            "merchant_reference": "order-P1",
            "currency": "EUR",
            "amount_minor": 10000,
            "due_on": date(2026, 3, 10),
            "reason_code": "ledger_error",
            "reason": "the capture was lost on the way to the ledger",
            "requested_by": "ana",
            "on_behalf_of": "carl",
            "approved_by": "bea",
            "second_approved_by": None,
            "ticket": "FIN-7",
            "psp_ticket": None,
            "takes_back": None,
        }
    ] == postings("adyen")
    assert set(COLUMNS) == postings(None)[0].keys()


def test_what_only_waits_for_its_approval_is_no_posting(people: People, missing: Missing) -> None:
    found = missing()
    people.ask(found)
    assert [] == listed()

    people.answer("bea")
    assert [] == listed()

    people.apply()
    assert [10000] == [minor for _, minor in listed()]


def test_it_is_listed_until_a_run_has_found_it_posted(desk: Desk, corrected: str) -> None:
    desk.run(*FIFTH)
    post(desk, corrected, 10000)
    before = listed()
    desk.run(*SIXTH)

    assert [(corrected, 10000)] == before
    assert [] == listed()


def test_what_is_taken_back_before_it_was_posted_is_not_to_be_posted(
    desk: Desk, people: People, corrected: str
) -> None:
    reverse(people, corrected)
    at_once = listed()
    desk.run(*FIFTH)

    assert ([], []) == (at_once, listed())


def test_what_is_taken_back_after_it_was_posted_is_posted_the_other_way_round(
    desk: Desk, people: People, corrected: str
) -> None:
    post(desk, corrected, 10000)
    desk.run(*FIFTH)
    opposite = reverse(people, corrected)

    (row,) = postings(None)
    assert (opposite, -10000, "reverse_correction", "P1", corrected) == tuple(
        row[name]
        for name in ("correction_id", "amount_minor", "action", "psp_reference", "takes_back")
    )


def test_what_moves_no_money_is_no_posting(people: People, missing: Missing) -> None:
    people.ask(missing(), action="mark_as_provider_error", psp_ticket="A-1")
    people.answer("bea")
    people.apply()

    assert [] == listed()


def test_of_one_psp_alone_and_of_none_that_nobody_knows(corrected: str) -> None:
    with warehouse.transaction() as cursor:
        of_another = warehouse.run(cursor, "corrections/postings", {"psp": "stripe"}).fetchall()

    assert ([(corrected, 10000)], []) == (listed("adyen"), of_another)
    with pytest.raises(RequestError, match="expected one of adyen; found 'adien'"):
        postings("adien")


def test_a_file_is_of_its_owner_and_never_written_over(
    corrected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "postings.csv"

    assert 0 == main(["--output", str(path)])
    assert ("", "1 to post\n") == capsys.readouterr()
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    (row,) = csv.DictReader(io.StringIO(path.read_text()))
    assert (corrected, "10000", "2026-03-10", "") == tuple(
        row[name] for name in ("correction_id", "amount_minor", "due_on", "psp_ticket")
    )
    assert 0 == main(["--output", str(path)])
    path.write_text("something else")
    assert 2 == main(["--output", str(path)])
    assert "something else" == path.read_text()
    assert "is there, with other bytes" in capsys.readouterr().err


def test_lines_of_json_say_the_same(corrected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["--format", "ndjson", "--psp", "adyen"])

    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (corrected, 10000, "2026-03-10", None) == tuple(
        told[name] for name in ("correction_id", "amount_minor", "due_on", "psp_ticket")
    )


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_no_text_of_a_csv_is_a_formula_and_an_amount_stays_a_number(beginning: str) -> None:
    texts = dict.fromkeys(COLUMNS, f"{beginning}1+1")
    content = rendered([{**texts, "amount_minor": -250}], "csv").decode()

    (row,) = csv.DictReader(io.StringIO(content, newline=""))
    assert "-250" == row.pop("amount_minor")
    assert {f"'{beginning}1+1"} == set(row.values())


def test_what_is_posted_once_more_after_it_was_confirmed_is_missing_in_the_statement(
    desk: Desk, corrected: str
) -> None:
    desk.run(*FIFTH)
    post(desk, corrected, 10000)
    desk.run(*SIXTH)

    desk.ledger("J-again", 10000)
    desk.ledger_session.execute(
        "update ledger.transactions set correction_id = %s where id = 'J-again'", [corrected]
    )
    run = desk.run(*SEVENTH)

    # The batch covers its day, and has one line.
    assert [("missing_in_statement", "new", "open", -10000, 10000)] == shown(desk)
    assert ("discrepancies", -10000, 0) == (run["verdict"], *identity(desk, run)[::4])
