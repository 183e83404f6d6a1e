"""What a side lacks or has twice: a changed reference, a webhook that did not come."""

import pytest

from tests.scenarios.plain_tables import Configure, Explained, sold

# Once exactly one change apart, and once one more.
CHANGES = [
    ("reference_cut", "PAYMENT-2026-0017", "PAYMENT-2026", "PAYMENT-2027"),
    ("reference_padded", "PAY17", "PAY17000", "PAY17000X"),
    ("reference_recased", "PAY-Ab17", "PAY-AB17", "PAY-AB18"),
    ("reference_spaced", "PAY 17", "PAY17", "PAY18"),
    ("reference_normalised", "PAY№17", "PAYNo17", "PAYN017"),
    ("reference_zeros_lost", "00017", "17", "18"),
]
# A reference and its opposite: which side changed it does not matter.
CAUSES = [(cause, kept, changed) for cause, kept, changed, _ in CHANGES]
BESIDE = [(kept, beside) for _, kept, _, beside in CHANGES]


def _pair(explained: Explained, at_the_psp: str, in_the_ledger: str, minor: int = 10000) -> None:
    explained.desk.ledger("L1", minor, payment=in_the_ledger, event="E-L")
    explained.deliver(1, sold(at_the_psp, event="E-S"))
    explained.desk.run()


@pytest.mark.parametrize(("cause", "kept", "changed"), CAUSES)
def test_a_reference_that_was_changed_on_its_way_to_the_ledger(
    explained: Explained, cause: str, kept: str, changed: str
) -> None:
    _pair(explained, kept, changed)

    assert explained.claimed() == [
        (cause, "missing_in_ledger", 10000, "relink", None),
        (cause, "missing_in_statement", -10000, "relink", None),
    ]
    assert explained.candidates() == []


@pytest.mark.parametrize(("cause", "kept", "changed"), CAUSES)
def test_a_reference_that_was_changed_on_its_way_to_the_statement(
    explained: Explained, cause: str, kept: str, changed: str
) -> None:
    _pair(explained, changed, kept)

    assert [found[0] for found in explained.claimed()] == [cause, cause]


@pytest.mark.parametrize(("kept", "beside"), BESIDE)
def test_a_reference_that_is_nearly_the_same(
    explained: Explained, kept: str, beside: str
) -> None:
    _pair(explained, kept, beside)

    assert (explained.claimed(), explained.candidates()) == ([], [])


def test_a_number_of_a_series_is_not_the_beginning_of_a_later_one(explained: Explained) -> None:
    _pair(explained, "ORDER-2026-1001", "ORDER-2026-100")

    assert (explained.claimed(), explained.candidates()) == ([], [])


def test_a_long_number_may_have_been_cut(explained: Explained) -> None:
    _pair(explained, "8815470192837465", "88154701928374")

    assert [found[0] for found in explained.claimed()] == ["reference_cut", "reference_cut"]


@pytest.mark.parametrize("at", ["2026-02-20T10:00:00Z", "2025-02-20T10:00:00Z"])
def test_what_is_a_reference_of_its_own_was_not_cut(explained: Explained, at: str) -> None:
    # The payment INVOICE-A was matched long since; INVOICE-A-2 is another one.
    explained.desk.ledger("L0", 7700, payment="INVOICE-A", event="E-0", at=at)
    booked = f"{at[:8]}21 12:00:00"
    explained.deliver(1, sold("INVOICE-A", "77.00", event="E-0", booked=booked))
    explained.desk.run(f"{at[:8]}20T00:00:00Z", f"{at[:8]}23T00:00:00Z")
    explained.desk.ledger("L1", 10000, payment="INVOICE-A", event="E-L")
    explained.deliver(2, sold("INVOICE-A-2", event="E-S"))

    explained.desk.run()

    assert [kind for kind, *_ in explained.desk.open_discrepancies()] == [
        "missing_in_ledger",
        "missing_in_statement",
    ]
    assert (explained.claimed(), explained.candidates()) == ([], [])


def test_the_beginning_of_two_references_may_be_cut_from_either(explained: Explained) -> None:
    explained.desk.ledger("L0", 7700, payment="INVOICE-B-1", event="E-0")
    explained.desk.ledger("L1", 10000, payment="INVOICE-B", event="E-L")
    explained.deliver(
        1,
        sold("INVOICE-B-1", "77.00", event="E-0"),
        sold("INVOICE-B-2", event="E-S"),
    )

    explained.desk.run()

    assert (explained.claimed(), explained.candidates()) == ([], [])


def test_a_changed_reference_with_another_amount_is_no_pair(explained: Explained) -> None:
    _pair(explained, "00017", "17", minor=9999)

    assert (explained.claimed(), explained.candidates()) == ([], [])


def test_two_changes_at_once_are_no_formula(explained: Explained) -> None:
    _pair(explained, "000Ab17", "AB17")

    assert (explained.claimed(), explained.candidates()) == ([], [])


def test_a_line_that_may_be_either_of_two_ledger_rows_is_not_claimed(explained: Explained) -> None:
    explained.desk.ledger("L1", 10000, payment="pay17", event="E-1")
    explained.desk.ledger("L2", 10000, payment="Pay17", event="E-2")
    explained.deliver(1, sold("PAY17", event="E-S"))

    explained.desk.run()

    assert explained.claimed() == []
    assert explained.candidates() == [
        ("reference_recased", 1),
        ("reference_recased", 1),
        ("reference_recased", 2),
    ]


def test_the_evidence_says_which_row_to_relink_to_which_payment(explained: Explained) -> None:
    _pair(explained, "00017", "17")

    [ledger_side] = [
        row["discrepancy_id"]
        for row in explained.desk.rows("select * from reconciliation.discrepancies")
        if row["kind"] == "missing_in_statement"
    ]
    [figures] = explained.desk.rows(
        "select distinct evidence from reconciliation.cause_members where is_claimed"
    )
    assert figures["evidence"] == {
        "field": "psp_reference",
        "statement_reference": "00017",
        "ledger_reference": "17",
        "equal_as": "17",
        "amount_minor": 10000,
        "relink": ledger_side,
        "relink_to": "00017",
    }


@pytest.mark.parametrize("booked", ["2026-03-03 12:00:00", "2026-03-03 12:00:01"])
def test_a_line_that_the_psp_delivers_twice(explained: Explained, booked: str) -> None:
    explained.desk.ledger("L1", 10000)
    explained.deliver(1, sold())
    explained.deliver(2, sold(booked=booked))

    explained.desk.run()

    assert explained.desk.open_discrepancies() == [("duplicate_settlement", "EUR", 10000, 10000)]
    assert explained.claimed() == (
        [
            ("statement_line_delivered_twice", "duplicate_settlement", 10000,
             "mark_as_provider_error", None)
        ]
        if booked.endswith("00")
        else []
    )


@pytest.mark.parametrize("at", ["2026-03-02T10:00:00Z", "2026-03-02T10:00:01Z"])
def test_a_row_that_the_ledger_books_twice(explained: Explained, at: str) -> None:
    explained.desk.ledger("L1", 10000)
    explained.desk.ledger("L2", 10000, at=at)
    explained.deliver(1, sold())

    explained.desk.run()

    assert explained.desk.open_discrepancies() == [("duplicate_in_ledger", "EUR", -10000, 10000)]
    assert explained.claimed() == (
        [("ledger_row_booked_twice", "duplicate_in_ledger", -10000, "compensating_entry", -10000)]
        if at.endswith("00Z")
        else []
    )


@pytest.mark.parametrize("order", ["shop-17", "shop-x17", ""])
def test_a_settled_payment_of_ours_that_the_ledger_never_heard_of(
    explained: Explained, configure: Configure, order: str
) -> None:
    configure('[psp.causes]\nown_reference = "shop-[0-9]+"\n')
    explained.deliver(1, sold(order=order))

    explained.desk.run()

    assert explained.claimed() == (
        [("webhook_missing", "missing_in_ledger", 10000, "compensating_entry", 10000)]
        if order == "shop-17"
        else []
    )


def test_a_payment_that_an_open_ledger_row_may_be_is_no_missing_webhook(
    explained: Explained, configure: Configure
) -> None:
    configure('[psp.causes]\nown_reference = "shop-[0-9]+"\n')
    explained.desk.ledger("L1", 10000, payment="P9", event="C9")
    explained.deliver(1, sold(order="shop-17"))

    explained.desk.run()

    assert (explained.claimed(), explained.candidates()) == ([], [])


def test_a_cause_that_is_corrected_is_claimed_no_more(explained: Explained) -> None:
    explained.desk.ledger("L1", 9700)
    explained.deliver(1, sold(fee="3.00"))
    explained.desk.run()
    assert explained.totals() == {("net_booked_for_gross", "EUR"): (1, 300)}

    explained.desk.run("2026-03-05T00:00:00Z", "2026-03-05T06:00:00Z")
    [row] = explained.desk.rows("select * from reconciliation.causes where is_head")
    assert (row["discrepancies"], row["new_discrepancies"]) == (1, 0)

    explained.desk.ledger("L1", 10000)
    explained.desk.run("2026-03-05T06:00:00Z", "2026-03-05T12:00:00Z")
    assert (explained.totals(), explained.claimed()) == ({}, [])
    # What was claimed stays on record with its run.
    assert len(explained.desk.rows("select * from reconciliation.causes")) == 2
