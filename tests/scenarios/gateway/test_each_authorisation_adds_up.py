"""Of each intent: authorised = captured + voided + expired + still open; each term broken once."""

from __future__ import annotations

from collections.abc import Callable

from include.reconciliation.edges import warehouse
from include.reconciliation.steps.check_identities import check_identities
from include.reconciliation.steps.publish_run import publish_run
from tests.scenarios.conftest import STEPS
from tests.scenarios.gateway.conftest import GatewayDesk

WEEK = ("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z")


def some_intents(gateway: GatewayDesk, declare: Callable[[str], None]) -> None:
    """One that is open in full, in part, used up, captured above, and above as is declared."""
    declare('[psp.gateway.over_capture]\nEUR = { percent = "15" }\n')
    gateway.intent("OPEN", 900)
    gateway.intent("PART", 1000)
    gateway.transaction("capture", 300, "PART")
    gateway.captured("FULL", amount_minor=700)
    gateway.intent("VOID", 500)
    gateway.transaction("capture", 200, "VOID")
    gateway.transaction("void", 300, "VOID", event="V1")
    gateway.intent("ABOVE", 100)
    gateway.transaction("capture", 140, "ABOVE")
    gateway.intent("ALLOWED", 100)
    gateway.transaction("capture", 115, "ALLOWED")
    # Neither says how much it moves, nor whether it moves: an item of its own, and in no sum.
    gateway.intent("UNKNOWN", 600)
    gateway.transaction("capture", 100, "UNKNOWN", status="teleported")
    gateway.transaction("authorization", 250, "PART", "PART-2", status="failed")
    # What failed, or comes after the window, takes nothing.
    gateway.intent("FAILED", 400)
    gateway.transaction("capture", 400, "FAILED", status="failed")
    gateway.intent("LATER", 800)
    gateway.transaction("capture", 800, "LATER", at="2026-03-10T00:00:00Z")
    gateway.transaction("authorization", 50, "LATER", "LATER-2", at="2026-03-09T00:00:00Z")


def decided(gateway: GatewayDesk) -> int:
    """An attempt over the week whose rows are decided, and not proved yet."""
    attempt_id = gateway.desk.begin(*WEEK)
    for step in STEPS[:4]:
        step(attempt_id)
    return attempt_id


def damage(cursor: warehouse.Cursor, attempt_id: int, statements: list[str]) -> None:
    """What somebody could get wrong between deciding and proving, where the leg has its rows."""
    with warehouse.inside(cursor, attempt_id, "authorisation"):
        for statement in statements:
            cursor.execute(statement.encode())
            assert cursor.rowcount > 0, f"nothing was damaged by: {statement}"


def test_intents_of_every_kind_add_up(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    some_intents(gateway, declare)
    run = gateway.desk.run(*WEEK)

    assert "each authorisation" not in str(run["verdict_reasons"])
    assert ("authorisation", "capture_exceeds_authorisation", 40, "authorisation") in (
        gateway.findings()
    )


OPEN_OF = (
    "update work_open_rows set amount_minor = amount_minor {change} where bucket = 'pending'"
    " and item_id in (select item_id from work_left_ledger where payment_key = '{payment}')"
)
ONE_LESS = OPEN_OF.format(change="- 1", payment="OPEN")
ONE_MORE = OPEN_OF.format(change="+ 1", payment="LATER")
# Each term damaged, and who does not add up then: expected, and found.
DAMAGES = {
    "nothing": ([], []),
    "what is open": ([ONE_LESS], [("OPEN in EUR", 900, 899)]),
    # Over all intents they make up for each other.
    "what is open of two": (
        [ONE_LESS, ONE_MORE],
        [("LATER in EUR", 800, 801), ("OPEN in EUR", 900, 899)],
    ),
    # What was taken out of one that is open is open as well, with the other sign.
    "what is open of all": (
        ["delete from work_open_rows where side = 'ledger' and reason = 'still_open'"],
        [
            ("FAILED in EUR", 400, 0),
            ("LATER in EUR", 800, 0),
            ("OPEN in EUR", 900, 0),
            ("PART in EUR", 1000, 0),
            ("UNKNOWN in EUR", 600, 0),
        ],
    ),
    "what is taken of one that is open": (
        ["delete from work_open_rows where side = 'statement' and amount_minor = 300"],
        [("PART in EUR", 1000, 1300)],
    ),
    "a discrepancy": (
        ["update work_discrepancies set delta_minor = delta_minor - 1 where delta_minor = 40"],
        [("ABOVE in EUR", 139, 140)],
    ),
    "a discrepancy that was resolved": (
        ["update work_discrepancies set change = 'resolved' where delta_minor = 40"],
        [("ABOVE in EUR", 100, 140)],
    ),
    "what is absorbed": (
        ["update work_absorbed set absorbed_minor = absorbed_minor + 1"],
        [("ALLOWED in EUR", 116, 115)],
    ),
}


def test_each_term_that_is_off_is_told_of_its_intent(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    some_intents(gateway, declare)
    attempt_id = decided(gateway)

    found = {}
    for name, (statements, _) in DAMAGES.items():
        with warehouse.attempt(attempt_id) as cursor:
            damage(cursor, attempt_id, statements)
            with warehouse.inside(cursor, attempt_id, "authorisation"):
                rows = warehouse.run(cursor, "legs/each_authorisation_adds_up").fetchall()
            cursor.connection.rollback()
        found[name] = [tuple(row.values()) for row in rows]

    assert {name: told for name, (_, told) in DAMAGES.items()} == found
    gateway.desk.run(*WEEK)


def test_an_intent_that_does_not_add_up_makes_the_run_incomplete(
    gateway: GatewayDesk, declare: Callable[[str], None]
) -> None:
    some_intents(gateway, declare)
    attempt_id = decided(gateway)
    with warehouse.attempt(attempt_id) as cursor:
        # In sum nothing is missing: no other identity sees it.
        damage(cursor, attempt_id, [ONE_LESS, ONE_MORE])
    check_identities(attempt_id)
    publish_run(attempt_id)
    run = gateway.desk.run_of(attempt_id)
    gateway.desk.run(*WEEK)

    assert (run["verdict"], run["is_head"]) == ("incomplete", False)
    assert [
        "each authorisation adds up does not hold: LATER in EUR: expected 800, found 801,"
        " difference 1",
        "each authorisation adds up does not hold: OPEN in EUR: expected 900, found 899,"
        " difference -1",
    ] == [reason for reason in run["verdict_reasons"] if "does not hold" in reason]
