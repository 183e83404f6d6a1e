"""A payment with everything: events, a match, a discrepancy over several runs, a correction."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pypdf import PdfReader

from include.reconciliation import verify_evidence
from include.reconciliation.demo.payment_events.load import load
from include.reconciliation.demo.payment_events.rows import EventStore, PaymentWriter, project
from include.reconciliation.edges import approvals, warehouse
from include.reconciliation.errors import RequestError
from include.reconciliation.identifiers import canonical_json
from include.reconciliation.steps.export_evidence import export
from tests.payment_events.payments import AT
from tests.scenarios.conftest import Desk, a_line
from tests.scenarios.corrections.conftest import People

_asked = itertools.count(1)


@pytest.fixture
def paid(databases) -> Iterator[EventStore]:  # type: ignore[no-untyped-def]
    """The event store knows the payment P1 of EUR 100.00, which the rail calls P1 as well."""
    history = EventStore()
    payment = PaymentWriter(history, "P1", AT)
    payment.create(10_000, "EUR")
    payment.authorise()
    payment.attempt()
    payment.send()
    payment.acknowledge()
    payment.settle()
    history.projections += project(history.events)
    address = databases.conninfo("payment_events", "source_writer")
    with psycopg.connect(address, autocommit=True) as session:
        load(session, history)
    return history


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Exports a payment; its pack verifies as its verdict says."""

    def run(payment_id: str = "P1", *, holds: bool = True) -> dict[str, Any]:
        made = export(payment_id, "json")
        export(payment_id, "pdf")
        found, _ = verify_evidence.verify(made.path)
        assert holds == (found == []), found
        return dict(json.loads(made.path.read_bytes()))

    return run


@pytest.fixture
def corrected(desk: Desk, paid: EventStore) -> Callable[[], str]:
    """P1's capture misses in the ledger, its refund matches; Ana corrects it with Bea's word."""

    def run() -> str:
        desk.ledger("L2", -3_000, type="refund", event="R1")
        desk.batch(
            1,
            a_line(),
            a_line(type="Refunded", event="R1", amount="-30.00"),
            a_line(payment="P2", event="C2", amount="7.00"),
        )
        desk.run()
        desk.run(start="2026-03-05T00:00:00Z", end="2026-03-06T00:00:00Z")
        (row,) = desk.rows(
            "select discrepancy_id from reconciliation.discrepancies where psp_reference = 'P1'"
            " and change <> 'resolved'"
        )
        people = People(desk)
        people.ask(row["discrepancy_id"], ticket="FIN-7", reason="lost; ask ana@example.com")
        people.answer("bea")
        people.apply()
        return str(row["discrepancy_id"])

    return run


def test_all_of_it_is_in_the_pack_and_nothing_of_another_payment(corrected, pack) -> None:  # type: ignore[no-untyped-def]
    discrepancy_id = corrected()

    told = pack()

    assert "holds" == told["verdict"]
    assert [
        ("ledger", "refund", -3000, "EUR"),
        ("statement", "payment", 10000, "EUR"),
        ("statement", "refund", -3000, "EUR"),
    ] == sorted(
        (row["source"], row["type"], row["amount_minor"], row["currency"]) for row in told["rows"]
    )
    (match,) = told["matches"]
    assert ("ledger_statement", "event_reference", 1, 1, None) == (
        match["leg"], match["rule"], match["statement_lines"], match["ledger_transactions"],
        match["dissolved_run_id"],
    )  # fmt: skip
    assert [("statement", -3000), ("ledger", -3000)] == [
        (row["side"], row["amount_minor"]) for row in match["rows"]
    ]
    (found,) = told["discrepancies"]
    assert discrepancy_id == found["discrepancy_id"]
    assert [("missing_in_ledger", "new", 10000), ("missing_in_ledger", "persisting", 10000)] == [
        (row["kind"], row["change"], row["delta_minor"]) for row in found["history"]
    ]
    assert [False, True] == [row["is_at_the_head"] for row in found["history"]]
    (row,) = told["corrections"]["rows"]
    assert ("applied", "compensating_entry", 10000, "EUR", "ana", "bea", "FIN-7") == tuple(
        row[name]
        for name in (
            "event", "action", "amount_minor", "currency", "requested_by", "approved_by", "ticket",
        )
    )  # fmt: skip
    assert told["corrections"]["head"] == {
        "sequence_number": 1, "entry_sha256": row["entry_sha256"],
    }  # fmt: skip
    assert [("adyen", "Shop", found["history"][-1]["run_id"])] == [
        (row["psp"], row["account"], row["run_id"]) for row in told["positions"]
    ]
    assert "P2" not in canonical_json(told)


def test_a_text_of_the_log_is_masked_and_said_to_be(corrected, pack, tmp_path) -> None:  # type: ignore[no-untyped-def]
    corrected()

    told = pack()

    assert "lost; ask ***" == told["corrections"]["rows"][0]["reason"]
    assert ["/corrections/rows/0/reason"] == told["masked"]
    path = tmp_path / "again.json"
    path.write_text(canonical_json(told) + "\n")
    assert (
        "not checked: log row 1: its own hash, since a part is masked"
        in (verify_evidence.verify(path)[1])
    )


def test_a_payment_that_only_the_warehouse_knows_is_incomplete(desk, pack) -> None:  # type: ignore[no-untyped-def]
    desk.batch(1, a_line(payment="P9"))
    desk.run()

    told = pack("order-P9", holds=False)

    assert ("incomplete", None, None) == (told["verdict"], told["events"], told["replay"])
    assert ["payment_events: unknown payment: it knows no payment 'order-P9'"] == (
        told["verdict_reasons"]
    )
    assert ["P9"] == [row["psp_reference"] for row in told["rows"]]


def test_a_match_that_a_later_run_dissolved_is_told_too(desk: Desk, paid, pack) -> None:  # type: ignore[no-untyped-def]
    desk.ledger("L1", 10_000)
    desk.batch(1, a_line())
    desk.run()
    desk.ledger("L1", 9_000)
    desk.run(start="2026-03-05T00:00:00Z", end="2026-03-06T00:00:00Z")

    told = pack()

    assert [True] == [match["dissolved_run_id"] is not None for match in told["matches"]][:1]
    assert [10000, 9000] == [
        row["amount_minor"] for row in told["rows"] if row["source"] == "ledger"
    ]
    assert told["discrepancies"]


def refused_action(desk: Desk, object_id: str, reason: str = "why not") -> None:
    """Bea rejects the retry of a payment: a row of the log about no discrepancy."""
    session = desk.view_session
    request_id = f"{next(_asked):064x}"
    session.execute(
        "insert into internal.action_requests (request_id, action, object_kind, object_id,"
        " reason_code, reason, state_before, state_after, state_sha256, preview, requested_by,"
        " expires_at) values (%s, 'retry_payment', 'payment', %s, 'other', %s, '{}', '{}', %s, 'p',"
        " 'ana', now() + interval '1 hour')",
        [request_id, object_id, reason, "0" * 64],
    )
    session.commit()
    with warehouse.transaction() as cursor:
        known = approvals.find(cursor, request_id)
        assert known is not None
    approvals.answer(
        request_id, "rejected", answered_by="bea", channel="airflow",
        content_sha256=known["content_sha256"],
    )
    with warehouse.transaction() as cursor:
        approvals.end(cursor, request_id, "rejected", "not now")


def test_actions_on_the_payment_stand_in_the_log_beside_those_on_others(  # type: ignore[no-untyped-def]
    desk: Desk, paid, pack
) -> None:
    for object_id in ("P1", "P1", "P2", "P1", "P2"):
        refused_action(desk, object_id, "=1+1 <b>")

    told = pack()

    log = told["corrections"]
    assert [1, 2, 4] == [row["sequence_number"] for row in log["rows"]]
    assert 5 == log["head"]["sequence_number"]
    assert {"=1+1 <b>"} == {row["reason"] for row in log["rows"]}


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (lambda rows: rows[1].update(reason="because"), "log row 2: its content does not have"),
        (lambda rows: rows[1].update(approved_by="bea"), "log row 2: its content does not have"),
        (lambda rows: rows.insert(0, rows.pop(1)), "log row 1: it stands behind row 2"),
        (
            lambda rows: rows[1].update(previous_sha256="0" * 64),
            "log row 2: it does not follow from the row before it",
        ),
        (
            lambda rows: rows[2].update(sequence_number=9),
            "corrections: a row stands behind",
        ),
    ],
)
def test_a_row_of_the_log_that_is_changed_is_named_though_the_pack_is_sealed_anew(  # type: ignore[no-untyped-def]
    desk: Desk, paid, pack, tmp_path, change, about: str
) -> None:
    for _ in range(3):
        refused_action(desk, "P1")
    told = pack()
    change(told["corrections"]["rows"])
    body = {name: value for name, value in told.items() if name not in verify_evidence.SEALS}
    path = tmp_path / "changed.json"
    path.write_text(canonical_json({**body, **verify_evidence.seals(body)}) + "\n")

    found, _ = verify_evidence.verify(path)

    assert any(text.startswith(about) for text in found), found


def test_a_match_that_does_not_tie_and_an_amount_without_currency_are_found(  # type: ignore[no-untyped-def]
    corrected, pack
) -> None:
    corrected()
    told = pack()
    told["matches"][0]["rows"][0]["amount_minor"] = -2999
    told["discrepancies"][0]["history"][0]["currency"] = None

    found, _ = verify_evidence.examine(told)

    assert 2 == len(found)
    assert "its rows leave {'EUR': 1}, absorbed 0" in found[0]
    assert "an amount without a currency" in found[1]


@pytest.fixture
def asked(desk: Desk, paid: EventStore) -> Callable[[], People]:
    """P1's capture misses in the ledger; Ana asks for EUR 100.00, and another of P2 asks, too."""

    def run() -> People:
        desk.batch(1, a_line(), a_line(payment="P2", event="C2", amount="7.00"))
        desk.run()
        found = desk.rows(
            "select discrepancy_id from reconciliation.discrepancies where change <> 'resolved'"
            " and aspect = 'existence' order by psp_reference desc"
        )
        people = People(desk)
        for row in found:
            people.ask(row["discrepancy_id"], requester="carl", ticket="FIN-7")
        return people

    return run


def test_a_request_that_waits_is_in_the_pack_until_it_ends(asked, pack) -> None:  # type: ignore[no-untyped-def]
    people = asked()
    waiting = pack()["requests"]
    with pytest.raises(RequestError, match="somebody else must answer"):
        people.answer("ana")
    after_refusal = pack()
    people.answer("bea")
    approved = pack()["requests"]
    people.apply()
    applied = pack()

    (request,) = waiting
    shown = "action", "amount_minor", "currency", "requested_by", "on_behalf_of", "approvals_needed"
    assert ("compensating_entry", 10000, "EUR", "ana", "carl", 1) == tuple(
        request[name] for name in shown
    )
    assert ([], "FIN-7") == (request["answers"], request["ticket"])
    assert "Closes: 1 discrepancy, when the ledger has posted the entry" in request["preview"]
    assert ["answer_refused"] == [row["event"] for row in after_refusal["corrections"]["rows"]]
    assert waiting == after_refusal["requests"]
    assert [("approved", "bea", request["content_sha256"])] == [
        (answer["answer"], answer["answered_by"], answer["content_sha256"])
        for answer in approved[0]["answers"]
    ]
    assert [] == applied["requests"]
    assert ["answer_refused", "applied"] == [row["event"] for row in applied["corrections"]["rows"]]


def test_the_pages_say_which_requests_wait(asked, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    asked()

    export("P1", "pdf", tmp_path / "pack.pdf")

    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "pack.pdf").pages)
    assert "Requests not ended" in text
    assert "waits for an answer, 0 of 1 approvals" in text.replace("\n", " ")


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (lambda row, _: row.update(amount_minor=1), "its content does not have the hash"),
        (lambda row, _: row.update(expires_at="2036-01-01T00:00:00Z"), "its content does not have"),
        (
            lambda row, _: row["answers"][0].update(answered_by=" Carl"),
            "somebody who asked for it has answered it",
        ),
        (
            lambda row, _: row["answers"].append(row["answers"][0]),
            "somebody has answered it twice",
        ),
        (
            lambda row, _: row["answers"][0].update(content_sha256="0" * 64),
            "an answer is to another content",
        ),
        (
            lambda row, told: row.update(request_id=told["corrections"]["rows"][0]["request_id"]),
            "it has ended in the log",
        ),
    ],
)
def test_a_request_that_is_changed_is_named_though_the_pack_is_sealed_anew(  # type: ignore[no-untyped-def]
    desk: Desk, asked, pack, tmp_path: Path, change, about: str
) -> None:
    refused_action(desk, "P1")
    asked().answer("bea")
    told = pack()
    change(told["requests"][0], told)
    body = {name: value for name, value in told.items() if name not in verify_evidence.SEALS}
    path = tmp_path / "changed.json"
    path.write_text(canonical_json({**body, **verify_evidence.seals(body)}) + "\n")

    found, _ = verify_evidence.verify(path)

    named = f"request {told['requests'][0]['request_id']}: {about}"
    assert any(text.startswith(named) for text in found), found
