"""Settlement reports in PayPal's shape: rows as they are written, footers that tie to them."""

from __future__ import annotations

from collections import defaultdict

COLUMNS = (
    '"CH","Transaction ID","Invoice ID","PayPal Reference ID","PayPal Reference ID Type",'
    '"Transaction Event Code","Transaction Initiation Date","Transaction Completion Date",'
    'Transaction  Debit or Credit,"Gross Transaction Amount","Gross Transaction Currency",'
    '"Fee Debit or Credit","Fee Amount","Fee Currency","Custom Field","Consumer ID",'
    '"Payment Tracking ID",Store ID,"Bank Reference ID","Credit Transactional Fee",'
    '"Credit Promotional Fee","Credit Term"'
)
SECTION = '"SH",2026/03/10 00:00:00 -0700,2026/03/10 23:59:59 -0700,"MERCHANT1",""'
HEAD = ('"RH",2026/03/11 02:10:00 -0700,"A","MERCHANT1",009,', '"FH",01', SECTION, COLUMNS)


def a_row(
    transaction: str,
    code: str,
    side: str,
    amount: int | str,
    currency: str = "USD",
    *,
    fee: tuple[str, int] | None = None,
    invoice: str = "",
    reference: str = "",
    reference_kind: str = "TXN",
    custom: str = "",
    bank: str = "",
    at: str = "2026/03/10 09:30:00 -0700",
) -> str:
    """A body row; amounts in hundredths."""
    kind = reference_kind if reference else ""
    fee_side, fee_amount, fee_currency = (fee[0], str(fee[1]), currency) if fee else ("", "", "")
    return (
        f'"SB","{transaction}","{invoice}","{reference}","{kind}","{code}",{at},{at},"{side}",'
        f'{amount},"{currency}","{fee_side}",{fee_amount},"{fee_currency}","{custom}","PAYER",'
        f'"","","{bank}",,,'
    )


def a_report(*rows: str, opening: int = 100000, without: tuple[str, ...] = ()) -> str:
    """A whole report of one section; `without` leaves kinds of rows out."""
    footers = _footers(rows, opening)
    counts = (f'"SC",{len(rows)}', f'"RC",{len(rows)}', f'"FF",{len(rows)}')
    lines = [
        *HEAD,
        *rows,
        *(f'"SF",{footer}' for footer in footers),
        counts[0],
        *(f'"RF",{footer}' for footer in footers),
        *counts[1:],
    ]
    kept = [line for line in lines if line[1:3] not in without]
    return "\ufeff" + "\r\n".join(kept) + "\r\n"


def _footers(rows: tuple[str, ...], opening: int) -> list[str]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for row in rows:
        values = [value.strip('"') for value in row.split(",")]
        of_currency = sums[values[10]]
        of_currency[0 if values[8] == "CR" else 1] += int(values[9])
        of_currency[2 if values[11] == "CR" else 3] += int(values[12] or 0)
        of_currency[4] += 1
    made = []
    for currency, (credits, debits, fee_credits, fee_debits, count) in sums.items():
        closing = opening + credits - debits + fee_credits - fee_debits
        side, shown = ("CR", closing) if closing >= 0 else ("DR", -closing)
        made.append(
            f'"{currency}",{credits},{debits},{fee_credits},{fee_debits},"CR",{opening},'
            f'"{side}",{shown},"{side}",{shown},"{side}",{shown},"CR",0,"CR",0,{count}'
        )
    return made
