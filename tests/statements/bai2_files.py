"""BAI2 files as small as a test needs them; their trailers are right unless a test breaks them."""

from __future__ import annotations

HEADER = "01,BANKUS33,SHOP,260604,0615,7,80,1,2/"
GROUP = "02,SHOP,BANKUS33,1,260603,2400,USD,2/"
BALANCES = "010,100000,,,015,101500,,"
MOVEMENTS = (
    "16,142,2500,Z,BR-1,PAYOUT 7,PSP/EUROPE, SETTLEMENT 7/",
    "16,451,1000,V,260602,,BR-2,,RENT/",
)


def an_account(
    *movements: str, number: str = "4001", currency: str = "", summary: str = BALANCES
) -> list[str]:
    """The records of an account; the control total is the sum of `total_of`."""
    return [f"03,{number},{currency},{summary}/", *movements]


def a_file(
    *accounts: list[str],
    header: str = HEADER,
    group: str = GROUP,
    line_end: str = "\n",
    total_off: int = 0,
    records_off: int = 0,
) -> bytes:
    """The bytes of a file with one group; without accounts, one with a credit and a debit."""
    records = [header, group]
    totals = []
    for account in accounts or (an_account(*MOVEMENTS),):
        totals.append(sum(map(total_of, account)) + total_off)
        records += [*account, f"49,{totals[-1]},{len(account) + 1 + records_off}/"]
    records.append(f"98,{sum(totals)},{len(totals)},{len(records)}/")
    records.append(f"99,{sum(totals)},1,{len(records) + 1}/")
    return "".join(record + line_end for record in records).encode()


def total_of(record: str) -> int:
    """The sum of the amounts in an account or transaction record without funds types of length."""
    fields = record.rstrip("/").split(",")
    if fields[0] == "16":
        return int(fields[2] or 0)
    if fields[0] == "03":
        return sum(int(amount or 0) for amount in fields[4::4])
    return 0
