"""A small file of each format that is whole: what the other modules damage, one thing at a time.

Each holds one movement whose amount and reference occur nowhere else in it, so that they can be
written otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from include.reconciliation.money import format_minor
from tests.corpus.cases import Accepted, File, Refused, Verdict, chance
from tests.statements import (
    adyen_files,
    api_answers,
    bai2_files,
    balance_transactions,
    camt_files,
    cnab240_files,
    mt940_files,
    ofx_files,
    paypal_reports,
)

TABLES = (
    "adyen_settlement_details",
    "checkout_financial_actions",
    "mercadopago_release_report",
    "mercadopago_settlement_report",
    "stripe_payout_reconciliation",
)
ANSWERS = (
    "mollie_balance_transactions",
    "pix",
    "razorpay_settlements",
    "stripe_balance_transactions",
    "stripe_payouts",
)
BANK_TEXTS = ("bai2", "cnab240_statement", "mt940", "ofx")
ALL = (*TABLES, "paypal_settlement", *ANSWERS, *BANK_TEXTS, "camt")


@dataclass(frozen=True, slots=True)
class Whole:
    """The text of a file; `amount` and `reference` are as they stand in it."""

    format: str
    text: str
    reference: str
    amount: str
    minor: int
    lines: int
    currency: str
    net_minor: int

    def with_amount(self, written: str) -> Whole:
        """The same with the amount written otherwise, wherever it stands."""
        return replace(self, text=self.text.replace(self.amount, written))

    def with_reference(self, written: str) -> Whole:
        """The same with another reference; CNAB240's columns keep their places."""
        if self.format == "cnab240_statement":
            width = max(len(self.reference), len(written))
            old, new = self.reference.ljust(width), written.ljust(width)
            return replace(self, text=self.text.replace(old, new))
        if self.format in ANSWERS:
            return replace(self, text=self.text.replace(self.reference, json.dumps(written)[1:-1]))
        return replace(self, text=self.text.replace(self.reference, written))

    def without(self, text: str, instead: str = "") -> Whole:
        """The same with the first such text replaced, which must be there."""
        assert text in self.text, (self.format, text)
        return replace(self, text=self.text.replace(text, instead, 1))

    @property
    def content(self) -> bytes:
        """Its bytes in UTF-8."""
        return self.text.encode()

    @property
    def accepted(self) -> Accepted:
        """The verdict that it deserves as it is."""
        return Accepted(self.lines, ((self.currency, self.net_minor),))

    def file(self, name: str, content: bytes | None = None, *verdicts: Verdict) -> File:
        """The file with these bytes, or its own; accepted unless a verdict is given."""
        return File(
            name,
            self.content if content is None else content,
            verdicts or (self.accepted,),
            format=self.format,
        )

    def refused(self, name: str, reason_code: str, row: int | None = None) -> File:
        """The file, which deserves to be refused."""
        return self.file(name, None, Refused(reason_code, row))


def whole(format_: str, name: str) -> Whole:
    """A whole file of the format; `name` is that of the file that is made of it."""
    random = chance(f"{format_} {name}")
    # Two decimals, neither of them 0, and no thousands that stand alone.
    minor = random.randrange(2_000, 9_999) * 100 + random.randrange(1, 9) * 10
    minor += random.randrange(1, 9)
    reference = f"ORD-{random.randrange(100_000, 999_999)}"
    return _BUILDERS[format_](reference, minor)


def major(minor: int) -> str:
    """Major units with two decimals."""
    return format_minor(minor, 2)


def table(header: str, *rows: str) -> str:
    """The text of a CSV file."""
    return "".join(f"{line}\n" for line in (header, *rows))


def _adyen(reference: str, minor: int) -> Whole:
    amount = major(minor)
    costs = dict.fromkeys(("markup_nc", "scheme_fees_nc", "interchange_nc"), "")
    row = adyen_files.a_row(
        merchant_reference=reference, gross_credit_gc=amount, net_credit_nc=amount, **costs
    )
    text = adyen_files.a_file([row, adyen_files.a_payout(amount)]).decode()
    return Whole("adyen_settlement_details", text, reference, amount, minor, 2, "EUR", 0)


def _checkout(reference: str, minor: int) -> Whole:
    header = (
        "Action Type,Action ID,Payment ID,Reference,Requested On,Processed On,Processing Currency,"
        "Holding Currency,Payout ID,Breakdown Type,Processing Currency Amount,"
        "Holding Currency Amount"
    )
    amount = major(minor)
    row = (
        f"Capture,act_1,pay_1,{reference},2026-07-09T18:07:01.120,2026-07-09T18:07:06.844,USD,USD,"
        f"P1,Capture,{amount},{amount}"
    )
    return Whole(
        "checkout_financial_actions", table(header, row), reference, amount, minor, 1, "USD", minor
    )


def _release(reference: str, minor: int) -> Whole:
    header = (
        "DATE,SOURCE_ID,EXTERNAL_REFERENCE,RECORD_TYPE,DESCRIPTION,NET_CREDIT_AMOUNT,"
        "NET_DEBIT_AMOUNT,GROSS_AMOUNT,MP_FEE_AMOUNT,FINANCING_FEE_AMOUNT,SHIPPING_FEE_AMOUNT,"
        "TAXES_AMOUNT,CURRENCY"
    )
    day, amount = "2026-03-01", major(minor)
    rows = (
        f"{day}T00:00:00.000-04:00,,,initial_available_balance,,100.00,0.00,100.00,0,0,0,0,BRL",
        f"{day}T23:30:00.000-04:00,771,{reference},release,payment,{amount},0.00,{amount},0,0,0,0,"
        "BRL",
        f"{day}T23:59:59.000-04:00,,,total,,{major(minor + 10000)},0.00,"
        f"{major(minor + 10000)},0,0,0,0,BRL",
    )
    return Whole(
        "mercadopago_release_report", table(header, *rows), reference, amount, minor, 1, "BRL",
        minor,
    )  # fmt: skip


def _settlement(reference: str, minor: int) -> Whole:
    header = (
        "EXTERNAL_REFERENCE,SOURCE_ID,TRANSACTION_TYPE,TRANSACTION_AMOUNT,TRANSACTION_CURRENCY,"
        "TRANSACTION_DATE,FEE_AMOUNT,SETTLEMENT_NET_AMOUNT,SETTLEMENT_CURRENCY,SETTLEMENT_DATE,"
        "MKP_FEE_AMOUNT,TAXES_AMOUNT"
    )
    amount = major(minor)
    row = (
        f"{reference},771,SETTLEMENT,{amount},BRL,2026-03-01T22:10:00.000-04:00,0,{amount},BRL,"
        "2026-03-02T10:00:00.000-04:00,0,0"
    )
    return Whole(
        "mercadopago_settlement_report", table(header, row), reference, amount, minor, 1, "BRL",
        minor,
    )  # fmt: skip


def _payout_report(reference: str, minor: int) -> Whole:
    header = (
        "balance_transaction_id,payment_metadata[order_id],source_id,payment_intent_id,created,"
        "available_on,automatic_payout_id,currency,gross,fee,net,reporting_category,"
        "customer_facing_amount,customer_facing_currency"
    )
    amount = major(minor)
    row = (
        f"txn_1,{reference},ch_1,pi_1,2026-01-30 23:30:00,2026-02-01 00:00:00,po_1,USD,{amount},0,"
        f"{amount},charge,{amount},usd"
    )
    return Whole(
        "stripe_payout_reconciliation", table(header, row), reference, amount, minor, 1, "USD",
        minor,
    )  # fmt: skip


def _paypal(reference: str, minor: int) -> Whole:
    row = paypal_reports.a_row("PAY1", "T0006", "CR", minor, invoice=reference)
    # The shape has a byte order mark, which is a case of its own.
    text = paypal_reports.a_report(row).removeprefix("\ufeff")
    return Whole("paypal_settlement", text, reference, str(minor), minor, 1, "USD", minor)


def _mollie(reference: str, minor: int) -> Whole:
    amount = {"value": major(minor), "currency": "EUR"}
    transaction = api_answers.a_balance_transaction(
        initialAmount=amount, resultAmount=amount, deductions=None, context={"paymentId": reference}
    )
    text = api_answers.a_balance_page(transaction)
    return Whole(
        "mollie_balance_transactions", text, reference, major(minor), minor, 1, "EUR", minor
    )


def _pix(reference: str, minor: int) -> Whole:
    text = api_answers.a_pix_page(api_answers.a_pix(valor=major(minor), txid=reference))
    return Whole("pix", text, reference, major(minor), minor, 1, "BRL", minor)


def _razorpay(reference: str, minor: int) -> Whole:
    item = api_answers.an_item(amount=minor, credit=minor, fee=0, tax=0, order_receipt=reference)
    text = api_answers.a_collection(item)
    return Whole("razorpay_settlements", text, reference, str(minor), minor, 1, "INR", minor)


def _balance_transactions(reference: str, minor: int) -> Whole:
    source = {
        "id": "ch_1", "object": "charge", "currency": "brl", "payment_intent": "pi_1",
        "metadata": {"order_id": reference},
    }  # fmt: skip
    line = balance_transactions.without_fee(minor, "charge", "charge", source)
    text = json.dumps({"object": "list", "has_more": False, "data": [line]})
    return Whole("stripe_balance_transactions", text, reference, str(minor), minor, 1, "BRL", minor)


def _payouts(reference: str, minor: int) -> Whole:
    payout = api_answers.a_payout(
        amount=minor, trace_id={"status": "supported", "value": reference}
    )
    text = api_answers.a_payout_page(payout)
    return Whole("stripe_payouts", text, reference, str(minor), minor, 1, "BRL", -minor)


def _bai2(reference: str, minor: int) -> Whole:
    account = bai2_files.an_account(
        f"16,142,{minor},Z,BR-1,{reference},SETTLEMENT/",
        summary=f"010,100000,,,015,{100_000 + minor},,",
    )
    text = bai2_files.a_file(account).decode()
    return Whole("bai2", text, reference, str(minor), minor, 1, "USD", minor)


def _cnab240(reference: str, minor: int) -> Whole:
    entry = cnab240_files.an_entry(minor, history=reference)
    text = cnab240_files.a_file(cnab240_files.a_lot([entry])).decode("latin-1")
    return Whole("cnab240_statement", text, reference, f"{minor:018}", minor, 1, "BRL", minor)


def _mt940(reference: str, minor: int) -> Whole:
    amount = major(minor).replace(".", ",")
    closing = major(minor + 10000).replace(".", ",")
    text = mt940_files.a_statement(
        f":61:2506100609CR{amount}NTRF{reference}//B-1", closing=f"62F:C250609EUR{closing}"
    )
    return Whole("mt940", text, reference, amount, minor, 1, "EUR", minor)


def _ofx(reference: str, minor: int) -> Whole:
    entry = ofx_files.an_entry(major(minor), MEMO=reference)
    text = ofx_files.a_file(ofx_files.a_statement(entry)).decode()
    return Whole("ofx", text, reference, major(minor), minor, 1, "BRL", minor)


def _camt(reference: str, minor: int) -> Whole:
    statement = camt_files.a_statement(
        camt_files.an_entry(major(minor), reference=reference),
        balances=camt_files.OPENING + camt_files.a_balance("CLBD", major(minor + 10000)),
    )
    text = camt_files.a_message(statement).decode()
    return Whole("camt", text, reference, major(minor), minor, 1, "EUR", minor)


_BUILDERS: Mapping[str, Callable[[str, int], Whole]] = {
    "adyen_settlement_details": _adyen,
    "bai2": _bai2,
    "camt": _camt,
    "checkout_financial_actions": _checkout,
    "cnab240_statement": _cnab240,
    "mercadopago_release_report": _release,
    "mercadopago_settlement_report": _settlement,
    "mollie_balance_transactions": _mollie,
    "mt940": _mt940,
    "ofx": _ofx,
    "paypal_settlement": _paypal,
    "pix": _pix,
    "razorpay_settlements": _razorpay,
    "stripe_balance_transactions": _balance_transactions,
    "stripe_payout_reconciliation": _payout_report,
    "stripe_payouts": _payouts,
}
