"""Locale: what a spreadsheet or a portal makes of a file in another country."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.cases import File, Refused, Verdict
from tests.corpus.whole_files import TABLES, whole

# Formats whose delimiter may be a semicolon, as their reports can be set up.
SEMICOLONS = ("mercadopago_release_report", "mercadopago_settlement_report")
# A header in another language, by one of the columns that each format needs.
TRANSLATED = {
    "adyen_settlement_details": ("Merchant Account", "Händlerkonto"),
    "checkout_financial_actions": ("Payment ID", "Zahlungsnummer"),
    "mercadopago_release_report": ("SOURCE_ID", "ID DE OPERACIÓN"),
    "mercadopago_settlement_report": ("TRANSACTION_TYPE", "TIPO_DE_TRANSACCIÓN"),
    "stripe_payout_reconciliation": ("created", "erstellt"),
}
DAYS = {
    "adyen_settlement_details": ("2025-06-09 23:50:00", "09.06.2025 23:50:00"),
    "checkout_financial_actions": ("2026-07-09T18:07:06.844", "7/9/2026 6:07:06 PM"),
    "mercadopago_release_report": ("2026-03-01T23:30:00.000-04:00", "01/03/2026 23:30"),
    "mercadopago_settlement_report": ("2026-03-02T10:00:00.000-04:00", "02-03-2026 10:00"),
    "stripe_payout_reconciliation": ("2026-01-30 23:30:00", "1/30/26 23:30"),
}


def files() -> Iterator[File]:
    """The files of this theme."""
    for format_ in TABLES:
        yield from _of(format_)


def _of(format_: str) -> Iterator[File]:
    def made(name: str, change: tuple[str, str], *verdicts: Verdict) -> File:
        path = f"locale/{format_}/{name}"
        base = whole(format_, path)
        text = base.text.replace(*change)
        assert text != base.text
        return base.file(path, text.encode(), *verdicts)

    missing = Refused("missing_column", 1)
    yield made("semicolons", (",", ";"), *([] if format_ in SEMICOLONS else [missing]))
    yield made("tabs", (",", "\t"), missing)
    yield made("header translated", TRANSLATED[format_], missing)
    yield made("days as a spreadsheet shows them", DAYS[format_], Refused("bad_date"))
    name = f"locale/{format_}/decimal comma between semicolons"
    base = whole(format_, name)
    text = base.text.replace(",", ";").replace(base.amount, base.amount.replace(".", ","))
    verdict = Refused("bad_amount") if format_ in SEMICOLONS else missing
    yield base.file(name, text.encode(), verdict)
    name = f"locale/{format_}/amount in thousands of a spreadsheet"
    base = whole(format_, name)
    whole_part, cents = base.amount.split(".")
    written = f"{whole_part[0]}\u00a0{whole_part[1:]},{cents}"
    yield base.with_amount(f'"{written}"').file(name, None, Refused("bad_amount"))
    name = f"locale/{format_}/mark of a spreadsheet"
    base = whole(format_, name)
    yield base.file(name, f"sep=,\n{base.text}".encode(), Refused("unknown_format"))
    name = f"locale/{format_}/everything in quotes"
    base = whole(format_, name)
    rows = [",".join(f'"{field}"' for field in row.split(",")) for row in base.text.splitlines()]
    if format_ != "adyen_settlement_details":
        yield base.file(name, ("\n".join(rows) + "\n").encode())
