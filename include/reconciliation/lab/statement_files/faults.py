"""What may go wrong with the file of a statement, and what the gate must say of each.

A fault knows for every format what it does to the bytes and what is expected. What can't happen to
a format is not there; what can happen and nobody can see in the file is declared as unnoticed, so
that the lab looks for it where it must show: in the matching.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from include.reconciliation.lab.statement_files import damage_csv as table
from include.reconciliation.lab.statement_files import damage_json as pages
from include.reconciliation.lab.statement_files import damage_text as text
from include.reconciliation.lab.statement_files.digits import (
    another_digit,
    hundred_more,
    one_more,
    unreadable,
)
from include.reconciliation.lab.statement_files.statement import StatementFile

Damage = Callable[[bytes], bytes]
# refused: with the reason code; told: accepted, with a notice that holds the text; unnoticed:
# accepted, since nothing in the file contradicts it.
How = Literal["refused", "told", "unnoticed"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the gate says of a damaged file: `what` is the reason code, or a part of the notice."""

    how: How
    what: str = ""


@dataclass(frozen=True, slots=True)
class FileFault:
    """Damage to the first file of a statement that has at least three lines, by format."""

    name: str
    meaning: str
    by_format: Mapping[str, tuple[Damage, Expected]]

    def apply(
        self, format_name: str, files: tuple[StatementFile, ...]
    ) -> tuple[StatementFile, ...]:
        """The files with the damage; KeyError where the fault can't happen to the format."""
        damage, _ = self.by_format[format_name]
        return (replace(files[0], content=damage(files[0].content)), *files[1:])

    def expected(self, format_name: str) -> Expected:
        """What the gate must say; KeyError where the fault can't happen to the format."""
        return self.by_format[format_name][1]


def _one_more_settled(item: dict[str, Any]) -> dict[str, Any]:
    """Razorpay's line with one minor unit more, on the side on which it has something."""
    side = "debit" if item["debit"] else "credit"
    return {**item, side: item[side] + 1}


_WRONG_TOTAL = Expected("refused", "wrong_total")
_BAD_AMOUNT = Expected("refused", "bad_amount")
_UNTIED = Expected("refused", "row_does_not_tie")
_MALFORMED = Expected("refused", "malformed_row")
_BAD_JSON = Expected("refused", "bad_json")
_BAD_XML = Expected("refused", "bad_xml")
_MISSING = Expected("refused", "page_missing")
# A text where the API documents a whole number.
_NO_NUMBER = Expected("refused", "bad_page")
_REPEATED = Expected("refused", "page_repeated")
_UNNOTICED = Expected("unnoticed")

_MOLLIE = ("_embedded", "balance_transactions")
_PIX_TOTAL = ("parametros", "paginacao", "quantidadeTotalDeItens")
_SF_RF = ("SF", "RF")
_ADYEN_NET = ("Net Debit (NC)", "Net Credit (NC)")
_RELEASE_NET = ("NET_CREDIT_AMOUNT", "NET_DEBIT_AMOUNT")
_CAMT_ENTRY = rb"(<Ntry>.*?</Ntry>\n)"
_MT940_ENTRY = rb"(:61:[^\n]*\n:86:[^\n]*\n)"
_BAI2_ENTRY = rb"^(16,[^\n]*\n)"
_OFX_ENTRY = rb"(<STMTTRN>.*?</STMTTRN>\n)"
_CNAB_ENTRY = rb"^(.{7}3[^\n]*\n)"

TRUNCATED = FileFault(
    "truncated",
    "the file ends in the middle of a line",
    {
        name: (text.cut_within_a_line, expected)
        for name, expected in {
            **dict.fromkeys(
                (
                    *("adyen_settlement_details", "checkout_financial_actions", "narrow"),
                    *("mercadopago_release_report", "mercadopago_settlement_report"),
                    *("stripe_payout_reconciliation", "paypal_settlement", "bai2"),
                ),
                _MALFORMED,
            ),
            # A record is filled up to its width: what is cut off is the amount.
            "cnab240_statement": _BAD_AMOUNT,
            **dict.fromkeys(
                (
                    *("mollie_balance_transactions", "pix", "razorpay_settlements"),
                    *("stripe_balance_transactions", "stripe_payouts"),
                ),
                _BAD_JSON,
            ),
            "camt": _BAD_XML,
            "ofx": _BAD_XML,
            "mt940": Expected("refused", "missing_value"),
        }.items()
    },
)
TRAILER_COUNT = FileFault(
    "trailer_count",
    "what counts the lines or records says one more",
    {
        "paypal_settlement": (table.of_kind(_SF_RF, -1, one_more), _WRONG_TOTAL),
        "camt": (text.other_count(rb"<TtlNtries><NbOfNtries>([0-9]+)"), _WRONG_TOTAL),
        # Banks write wrong counts over sound totals: only a total proves a loss.
        "bai2": (
            text.other_count(rb"^49,[0-9-]+,([0-9]+)/"),
            Expected("told", "the trailer of the account counts"),
        ),
        "cnab240_statement": (text.other_count(rb"^.{7}5.{162}([0-9]{6})"), _WRONG_TOTAL),
        "mollie_balance_transactions": (
            pages.value("count", change=lambda count: count + 1),
            _MISSING,
        ),
        "razorpay_settlements": (pages.value("count", change=lambda count: count + 1), _MISSING),
        "pix": (pages.value(*_PIX_TOTAL, change=lambda count: count + 1), _MISSING),
    },
)
TRAILER_SUM = FileFault(
    "trailer_sum",
    "what sums the lines says another sum",
    {
        "paypal_settlement": (table.of_kind(_SF_RF, 2, hundred_more), _WRONG_TOTAL),
        "camt": (text.other_amount(rb"<TtlCdtNtries>.*?<Sum>([0-9.]+)"), _WRONG_TOTAL),
        "bai2": (text.other_amount(rb"^49,([0-9-]+),"), _WRONG_TOTAL),
        "cnab240_statement": (text.found(rb"^.{7}5.{186}([0-9]{18})", hundred_more), _WRONG_TOTAL),
    },
)
CLOSING = FileFault(
    "closing",
    "the statement closes with another balance than its lines lead to",
    {
        # The batch leaves another balance to the next one.
        "adyen_settlement_details": (table.other_amount(-1, *_ADYEN_NET), _WRONG_TOTAL),
        "mercadopago_release_report": (
            table.other_amount(-1, *_RELEASE_NET),
            _WRONG_TOTAL,
        ),
        "paypal_settlement": (table.of_kind(_SF_RF, 9, hundred_more), _WRONG_TOTAL),
        "camt": (text.other_amount(rb"CLBD</Cd>.*?<Amt [^>]*>([0-9.]+)"), _WRONG_TOTAL),
        "mt940": (text.other_amount(rb":62F:[CD][0-9]{6}[A-Z]{3}([0-9]+,[0-9]*)"), _WRONG_TOTAL),
        "bai2": (text.other_amount(rb",015,([0-9-]+),"), _WRONG_TOTAL),
        "cnab240_statement": (text.found(rb"^.{7}5.{142}([0-9]{18})", hundred_more), _WRONG_TOTAL),
    },
)
TRAILER_LOST = FileFault(
    "trailer_lost",
    "the file ends between two lines, before what stands behind the lines of the statement",
    {
        "adyen_settlement_details": (table.without_last(), _WRONG_TOTAL),
        "mercadopago_release_report": (table.without_last(), Expected("told", "closing")),
        "paypal_settlement": (
            table.without_kinds("SF", "SC", "RF", "RC", "FF"),
            Expected("told", "no footer says that the section is whole"),
        ),
        "camt": (text.without(rb"(</Stmt>.*)"), _BAD_XML),
        "mt940": (text.without(rb"(:62F:.*)"), Expected("refused", "missing_value")),
        "bai2": (text.without(rb"^(49,.*)"), _MALFORMED),
        "ofx": (text.without(rb"(</BANKTRANLIST>.*)"), _BAD_XML),
        "cnab240_statement": (text.without(rb"^([0-9]{7}5.*)"), _MALFORMED),
    },
)
LINE_LOST = FileFault(
    "line_lost",
    "a line is not there, and the file is otherwise as before",
    {
        "adyen_settlement_details": (table.without(1), _WRONG_TOTAL),
        "mercadopago_release_report": (table.without(2), _WRONG_TOTAL),
        "paypal_settlement": (table.without(4), _WRONG_TOTAL),
        "camt": (text.without(_CAMT_ENTRY), _WRONG_TOTAL),
        "mt940": (text.without(_MT940_ENTRY), _WRONG_TOTAL),
        "bai2": (text.without(_BAI2_ENTRY), _WRONG_TOTAL),
        "cnab240_statement": (text.without(_CNAB_ENTRY), _WRONG_TOTAL),
        "mollie_balance_transactions": (pages.without_first(*_MOLLIE), _MISSING),
        "razorpay_settlements": (pages.without_first("items"), _MISSING),
        "pix": (pages.without_first("pix"), _MISSING),
        # Nothing in these files says how much there is.
        **dict.fromkeys(
            (
                *("checkout_financial_actions", "mercadopago_settlement_report"),
                *("stripe_payout_reconciliation", "narrow"),
            ),
            (table.without(1), _UNNOTICED),
        ),
        "ofx": (text.without(_OFX_ENTRY), _UNNOTICED),
        "stripe_balance_transactions": (pages.without_first("data"), _UNNOTICED),
        "stripe_payouts": (pages.without_first("data"), _UNNOTICED),
    },
)
LINE_TWICE = FileFault(
    "line_twice",
    "a line stands there twice, with the same id",
    {
        "adyen_settlement_details": (table.twice(1), _WRONG_TOTAL),
        "mercadopago_release_report": (table.twice(2), _WRONG_TOTAL),
        "paypal_settlement": (table.twice(4), _WRONG_TOTAL),
        "camt": (text.twice(_CAMT_ENTRY), _WRONG_TOTAL),
        "mt940": (text.twice(_MT940_ENTRY), _WRONG_TOTAL),
        "bai2": (text.twice(_BAI2_ENTRY), _WRONG_TOTAL),
        "cnab240_statement": (text.twice(_CNAB_ENTRY), _WRONG_TOTAL),
        "mollie_balance_transactions": (
            pages.first_twice(*_MOLLIE, counted=("count",)),
            _REPEATED,
        ),
        "razorpay_settlements": (pages.first_twice("items", counted=("count",)), _REPEATED),
        "pix": (pages.first_twice("pix", counted=_PIX_TOTAL), _REPEATED),
        "stripe_balance_transactions": (pages.first_twice("data"), _REPEATED),
        "stripe_payouts": (pages.first_twice("data"), _REPEATED),
        "stripe_payout_reconciliation": (table.twice(1), Expected("refused", "line_repeated")),
        # Two equal rows may be two events: where no id is the line's own, nobody can tell.
        **dict.fromkeys(
            ("checkout_financial_actions", "mercadopago_settlement_report", "narrow"),
            (table.twice(1), _UNNOTICED),
        ),
        "ofx": (text.twice(_OFX_ENTRY), _UNNOTICED),
    },
)
LINE_UNREADABLE = FileFault(
    "line_unreadable",
    "the amount of a line is no number, so the whole file is refused",
    {
        "adyen_settlement_details": (table.unreadable_amount(1, *_ADYEN_NET), _BAD_AMOUNT),
        "checkout_financial_actions": (
            table.unreadable_amount(1, "Holding Currency Amount"),
            _BAD_AMOUNT,
        ),
        "mercadopago_release_report": (table.unreadable_amount(2, *_RELEASE_NET), _BAD_AMOUNT),
        "mercadopago_settlement_report": (
            table.unreadable_amount(1, "SETTLEMENT_NET_AMOUNT"),
            _BAD_AMOUNT,
        ),
        "stripe_payout_reconciliation": (table.unreadable_amount(1, "net"), _BAD_AMOUNT),
        "narrow": (table.unreadable_amount(1, "Net"), _BAD_AMOUNT),
        "paypal_settlement": (table.of_kind(("SB",), 9, unreadable), _BAD_AMOUNT),
        "camt": (text.unreadable_amount(rb"<Ntry><Amt [^>]*>([0-9.]+)"), _BAD_AMOUNT),
        "mt940": (text.unreadable_amount(rb":61:[0-9]{10}[CD]([0-9]+,[0-9]*)"), _BAD_AMOUNT),
        "bai2": (text.unreadable_amount(rb"^16,[0-9]{3},([0-9]+),"), _BAD_AMOUNT),
        "ofx": (text.unreadable_amount(rb"<TRNAMT>([0-9.-]+)"), _BAD_AMOUNT),
        "cnab240_statement": (text.unreadable_amount(rb"^.{7}3.{142}([0-9]{18})"), _BAD_AMOUNT),
        "mollie_balance_transactions": (
            pages.value(*_MOLLIE, 0, "resultAmount", "value", change=unreadable),
            _BAD_AMOUNT,
        ),
        "razorpay_settlements": (
            pages.value("items", 0, "amount", change=lambda minor: unreadable(str(minor))),
            _NO_NUMBER,
        ),
        "pix": (pages.value("pix", 0, "valor", change=unreadable), _BAD_AMOUNT),
        **dict.fromkeys(
            ("stripe_balance_transactions", "stripe_payouts"),
            (
                pages.value("data", 0, "amount", change=lambda minor: unreadable(str(minor))),
                _NO_NUMBER,
            ),
        ),
    },
)
NET_OFF = FileFault(
    "net_off",
    "the net of a line in one currency is another one than its gross less its costs",
    {
        # Of a line in two currencies Checkout.com and Mercado Pago say no rate: nothing shows.
        # The sum of the batch is looked at first.
        "adyen_settlement_details": (table.other_amount(1, *_ADYEN_NET), _WRONG_TOTAL),
        "checkout_financial_actions": (
            table.other_amount(1, "Holding Currency Amount"),
            _UNTIED,
        ),
        "mercadopago_release_report": (table.other_amount(2, *_RELEASE_NET), _UNTIED),
        "mercadopago_settlement_report": (
            table.other_amount(1, "SETTLEMENT_NET_AMOUNT"),
            _UNTIED,
        ),
        "stripe_payout_reconciliation": (table.other_amount(1, "net"), _UNTIED),
        "narrow": (table.other_amount(1, "Net"), _UNTIED),
        "mollie_balance_transactions": (
            pages.value(*_MOLLIE, 0, "resultAmount", "value", change=another_digit),
            _UNTIED,
        ),
        "razorpay_settlements": (
            pages.value("items", 0, change=_one_more_settled),
            _UNTIED,
        ),
        "stripe_balance_transactions": (
            pages.value("data", 0, "net", change=lambda minor: minor + 1),
            _UNTIED,
        ),
    },
)
LAST_PAGE_MISSING = FileFault(
    "last_page_missing",
    "the last page that is there says that another one follows",
    {
        **dict.fromkeys(
            ("stripe_balance_transactions", "stripe_payouts"),
            (pages.value("has_more", change=lambda has_more: True), _MISSING),
        ),
        "mollie_balance_transactions": (
            pages.value(
                "_links",
                "next",
                change=lambda link: {"href": "https://api.mollie.com/v2/x?from=baltr_0"},
            ),
            _MISSING,
        ),
        "pix": (
            pages.value(
                "parametros", "paginacao", "quantidadeDePaginas", change=lambda count: count + 1
            ),
            _MISSING,
        ),
    },
)
FILE_FAULTS = (
    TRUNCATED,
    TRAILER_COUNT,
    TRAILER_SUM,
    TRAILER_LOST,
    CLOSING,
    LINE_LOST,
    LINE_TWICE,
    LINE_UNREADABLE,
    NET_OFF,
    LAST_PAGE_MISSING,
)
