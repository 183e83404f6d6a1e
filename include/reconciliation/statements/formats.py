"""The formats that the configuration may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.reconciliation.config import Configuration, Psp
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.statements.adyen_settlement_details import ADYEN_SETTLEMENT_DETAILS
from include.reconciliation.statements.amounts import EXPONENTS
from include.reconciliation.statements.bai2 import BAI2
from include.reconciliation.statements.camt import CAMT
from include.reconciliation.statements.checkout_financial_actions import (
    CHECKOUT_FINANCIAL_ACTIONS,
)
from include.reconciliation.statements.cnab240_statement import CNAB240_STATEMENT
from include.reconciliation.statements.declared import csv_format
from include.reconciliation.statements.description import Format, ParsedFormat
from include.reconciliation.statements.mercadopago_release_report import (
    MERCADOPAGO_RELEASE_REPORT,
)
from include.reconciliation.statements.mercadopago_settlement_report import (
    MERCADOPAGO_SETTLEMENT_REPORT,
)
from include.reconciliation.statements.mollie_balance_transactions import (
    MOLLIE_BALANCE_TRANSACTIONS,
)
from include.reconciliation.statements.mt940_statement import MT940
from include.reconciliation.statements.ofx import OFX
from include.reconciliation.statements.paypal_settlement import PAYPAL_SETTLEMENT
from include.reconciliation.statements.pix import PIX
from include.reconciliation.statements.razorpay_settlements import RAZORPAY_SETTLEMENTS
from include.reconciliation.statements.stripe_balance_transactions import (
    STRIPE_BALANCE_TRANSACTIONS,
)
from include.reconciliation.statements.stripe_payout_reconciliation import (
    STRIPE_PAYOUT_RECONCILIATION,
)
from include.reconciliation.statements.stripe_payouts import STRIPE_PAYOUTS

FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        ADYEN_SETTLEMENT_DETAILS,
        BAI2,
        CAMT,
        CHECKOUT_FINANCIAL_ACTIONS,
        CNAB240_STATEMENT,
        MERCADOPAGO_RELEASE_REPORT,
        MERCADOPAGO_SETTLEMENT_REPORT,
        MOLLIE_BALANCE_TRANSACTIONS,
        MT940,
        OFX,
        PAYPAL_SETTLEMENT,
        PIX,
        RAZORPAY_SETTLEMENTS,
        STRIPE_BALANCE_TRANSACTIONS,
        STRIPE_PAYOUT_RECONCILIATION,
        STRIPE_PAYOUTS,
    )
}


# Whose lines are entries of an account at a bank.
BANK_FORMATS = tuple(
    sorted(
        name
        for name, format_ in FORMATS.items()
        if isinstance(format_, ParsedFormat) and "bank_entry" in format_.line_types
    )
)


def format_of(psp: Psp) -> Format:
    """The format of a PSP: one of these, or the one that its configuration declares."""
    if psp.declared_format is None:
        return format_named(psp.format)
    return declared_formats({psp.format: psp.declared_format})[psp.format]


SUM_OF_LINES = "sum_of_lines"


def basis_of(format_: Format) -> str:
    """What makes a batch of a format's lines.

    `reference` is the payout that lines name, `sum_of_lines` the same where it has no row of its
    own; else `statement` is one that sums to 0 with its payouts; else `running_balance`.
    """
    if isinstance(format_, ParsedFormat):
        names_payout = format_.lines_name_payout
    else:
        names_payout = format_.statement_is_payout or format_.has("payout_reference")
    if names_payout:
        return SUM_OF_LINES if format_.payouts_have_no_row else "reference"
    if isinstance(format_, ParsedFormat):
        return "running_balance"
    return "statement" if "statements_sum_to_zero" in format_.identities else "running_balance"


def declared_formats(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Format]:
    """The formats that the configuration declares; ConfigurationError names what is wrong."""
    if taken := sorted(entries.keys() & FORMATS.keys()):
        raise ConfigurationError(f"there are formats {taken} already: declare other names")
    return {name: csv_format(entry) for name, entry in entries.items()}


def refuse_misfits(configuration: Configuration) -> None:
    """ConfigurationError where an entry does not fit its format, or a limit is of no currency."""
    declared_formats(configuration.declared_formats)
    entries = [("psp", number, psp) for number, psp in enumerate(configuration.psps, 1)]
    entries += [("bank", number, bank) for number, bank in enumerate(configuration.banks, 1)]
    for word, number, psp in entries:
        place = f"{configuration.source_path.name}, {word} {number} ({psp.name})"
        try:
            format_ = format_of(psp)
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}: {error}") from None
        if unknown := sorted(psp.limits.keys() - EXPONENTS.keys()):
            raise ConfigurationError(
                f"{place}: limits names {', '.join(unknown)}: no code of ISO 4217, such as BRL"
            )
        if word == "bank" and psp.declared_format is None and psp.format not in BANK_FORMATS:
            raise ConfigurationError(
                f"{place}: format = {psp.format!r}: expected the format of a bank's statements, "
                f"found that of a PSP; give one of {', '.join(BANK_FORMATS)}, or declare one with "
                "[[format]]"
            )
        api = format_.api if isinstance(format_, ParsedFormat) else None
        is_over_api = api is not None and api.ask is not None
        if psp.endpoint is not None and not is_over_api:
            raise ConfigurationError(
                f"{place}: endpoint is for an API, and {psp.format} is read from files: leave it"
                " out, and put the files into the folder of the connection"
            )
        if psp.statements.every_run and psp.endpoint is None:
            raise ConfigurationError(
                f"{place}: statements.due is 'every_run' for an API that the entry names with"
                " endpoint; statements that come as files are due 'daily'"
            )


def format_named(name: str) -> Format:
    """The format of that name; ConfigurationError names the known ones."""
    try:
        return FORMATS[name]
    except KeyError:
        known = ", ".join(sorted(FORMATS))
        raise ConfigurationError(
            f"there is no format {name!r}; known: {known}, and what [[format]] declares"
        ) from None
