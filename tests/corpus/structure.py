"""Structure: files that are empty, cut, something else, or put together otherwise."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.corpus.cases import Accepted, File, Refused
from tests.corpus.whole_files import ALL, ANSWERS, TABLES, Whole, whole

HTML = "<html><head><title>Sign in {}</title></head><body><p>Expired<br></body></html>\n"
# What a format says of a file of the format beside it.
OF_ANOTHER = {
    **dict.fromkeys(TABLES, "missing_column"),
    "paypal_settlement": "malformed_row",
    **dict.fromkeys(ANSWERS, "bad_page"),
    "stripe_payouts": "bad_json",
    **dict.fromkeys(("bai2", "cnab240_statement", "mt940"), "bad_header"),
    "stripe_payout_reconciliation": "missing_column",
    "ofx": "html_page",
    "camt": "bad_xml",
}
# What it says when it is cut in the middle of its last movement.
CUT = {
    **dict.fromkeys((*TABLES, "paypal_settlement", "bai2", "cnab240_statement"), "malformed_row"),
    **dict.fromkeys(ANSWERS, "bad_json"),
    "mt940": "missing_value",
    "ofx": "bad_xml",
    "camt": "bad_xml",
}


def files() -> Iterator[File]:
    """The files of this theme."""
    for number, format_ in enumerate(ALL):
        yield from _not_this(format_, number)
    for format_ in TABLES:
        yield from _of_table(format_)
    yield from _of_answers()
    yield from _of_banks()


def _not_this(format_: str, number: int) -> Iterator[File]:
    def pinned(name: str, content: str, reason_code: str) -> File:
        path = f"structure/{format_}/{name}"
        return File(path, content.encode(), (Refused(reason_code),), as_format=format_)

    yield pinned("blanks", " \n" * (number + 1), "empty")
    yield pinned("page of a portal", HTML.format(format_), "html_page")
    yield pinned("modern page", f"<!DOCTYPE html>\n{HTML.format(format_ * 2)}", "html_page")
    another = whole(ALL[(number + 1) % len(ALL)], f"structure/instead of {format_}")
    yield pinned("another format", another.text, OF_ANOTHER[format_])

    name = f"structure/{format_}/cut"
    base = whole(format_, name)
    place = base.text.rindex(base.reference) + 3
    yield base.file(name, base.text[:place].encode(), Refused(CUT[format_]))


def _of_table(format_: str) -> Iterator[File]:
    def made(name: str, change: Callable[[list[list[str]]], object], *verdicts: Refused) -> File:
        path = f"structure/{format_}/{name}"
        base = whole(format_, path)
        rows = list(csv.reader(io.StringIO(base.text)))
        change(rows)
        return base.file(path, written(rows), *verdicts)

    def rename(rows: list[list[str]]) -> None:
        # The column of the amount is one that every format needs.
        rows[0][_place(rows, whole(format_, f"structure/{format_}/column renamed").amount)] = "X"

    last = -1
    yield made("columns turned round", lambda rows: [row.reverse() for row in rows])
    yield made("column added", lambda rows: [row.append("new") for row in rows])
    yield made("column twice", lambda rows: [row.append(row[0]) for row in rows],
               Refused("duplicate_column", 1))  # fmt: skip
    yield made("column renamed", rename, Refused("missing_column", 1))
    yield made("field too many", lambda rows: rows[1].append("x"), Refused("malformed_row", 2))
    yield made("field too few", lambda rows: rows[last].pop(), Refused("malformed_row"))
    yield made("header alone", lambda rows: rows.__delitem__(slice(1, None)), Refused("empty"))
    # The statement that the header itself would be is refused with the other one.
    twice = [Refused("bad_amount")] * (2 if format_ in _OF_PAYOUTS else 1)
    yield made("header twice", lambda rows: rows.insert(1, rows[0]), *twice)
    yield made("blanks around names", lambda rows: rows.__setitem__(0, [f" {n} " for n in rows[0]]))
    yield made("names in capitals", lambda rows: rows.__setitem__(0, [n.upper() for n in rows[0]]))
    yield made("empty row between", lambda rows: rows.insert(1, []), Refused("malformed_row"))

    for name, change in _TEXTS.items():
        path = f"structure/{format_}/{name}"
        base = whole(format_, path)
        content, verdict = change(base)
        yield base.file(path, content.encode(), *([verdict] if verdict else []))


def written(rows: list[list[str]]) -> bytes:
    """The rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _place(rows: list[list[str]], amount: str) -> int:
    return next(row.index(amount) for row in rows if amount in row)


_OF_PAYOUTS = ("checkout_financial_actions", "stripe_payout_reconciliation")
_TEXTS: dict[str, Callable[[Whole], tuple[str, Refused | None]]] = {
    "no line end at the end": lambda base: (base.text.rstrip("\n"), None),
    "empty lines at the end": lambda base: (base.text + "\n\r\n\n", None),
    "line ends of old Macs": lambda base: (base.text.replace("\n", "\r"), None),
    "reference over two lines": lambda base: (
        base.text.replace(base.reference, f'"{base.reference}\nand more"'),
        None,
    ),
    "comma and quotes in a reference": lambda base: (
        base.text.replace(base.reference, f'"{base.reference}, ""the first"""'),
        None,
    ),
    "quote that never ends": lambda base: (
        base.text.replace(base.reference, f'"{base.reference}'),
        Refused("malformed_row"),
    ),
    "mark of an end": lambda base: (base.text.rstrip("\n") + "\n\\.\n", Refused("malformed_row")),
}


def _of_answers() -> Iterator[File]:
    for format_ in ANSWERS:
        name = f"structure/{format_}/a list"
        base = whole(format_, name)
        yield replace(
            base.file(name, f"[{base.text}]".encode(), Refused("bad_page")), as_format=format_
        )
        name = f"structure/{format_}/key twice"
        base = whole(format_, name)
        twice = base.text.replace(f'"{base.reference}"', f'"A", "x": 1, "x": "{base.reference}"')
        yield base.file(name, twice.encode(), Refused("bad_json"))
        name = f"structure/{format_}/comma at the end"
        base = whole(format_, name)
        yield base.file(name, base.content[:-1] + b",}", Refused("bad_json"))
        name = f"structure/{format_}/text behind it"
        base = whole(format_, name)
        yield base.file(name, base.content + b" the end", Refused("bad_json"))
    name = "structure/razorpay_settlements/count"
    yield (
        whole("razorpay_settlements", name)
        .without('"count": 1', '"count": 2')
        .refused(name, "page_missing")
    )
    name = "structure/mollie_balance_transactions/count"
    yield (
        whole("mollie_balance_transactions", name)
        .without('"count": 1', '"count": 3')
        .refused(name, "page_missing")
    )
    for format_ in ("stripe_balance_transactions", "stripe_payouts"):
        name = f"structure/{format_}/more follows"
        base = whole(format_, name).without('"has_more": false', '"has_more": true')
        yield base.refused(name, "page_missing")
        name = f"structure/{format_}/two pages"
        first, second = base.text, whole(format_, f"{name} second")
        second = second.without('"txn_000001"' if "balance" in format_ else '"po_1"', '"other_2"')
        second = replace(second, text=second.text.replace('"other_2"', '"txn_2"'))
        total = base.net_minor + second.net_minor
        yield second.file(
            name, f"{first}\n{second.text}".encode(), Accepted(2, ((base.currency, total),))
        )
        name = f"structure/{format_}/page twice"
        base = whole(format_, name).without('"has_more": false', '"has_more": true')
        last = base.without('"has_more": true', '"has_more": false')
        yield base.file(name, f"{base.text}\n{last.text}".encode(), Refused("page_repeated"))
    name = "structure/pix/page missing"
    yield (
        whole("pix", name)
        .without('"quantidadeDePaginas": 1', '"quantidadeDePaginas": 2')
        .refused(name, "page_missing")
    )


def _of_banks() -> Iterator[File]:
    def made(format_: str, name: str, old: str, new: str, verdict: Refused | None = None) -> File:
        path = f"structure/{format_}/{name}"
        base = whole(format_, path).without(old, new)
        return base.file(path, None, *([verdict] if verdict else []))

    yield made("mt940", "header of the network", ":20:", "{1:F01BANKDEFF}{2:I940}{4:\r\n:20:")
    yield made("mt940", "no opening", ":60F:C250606EUR100,00\r\n", "", Refused("missing_value"))
    yield made("mt940", "no account", ":25:50880050/0194774600888\r\n", "",
               Refused("missing_value"))  # fmt: skip
    yield made("mt940", "page missing", ":62F:", ":62M:", Refused("page_missing"))
    yield made("mt940", "entry behind the end", "\r\n-\r\n",
               "\r\n:61:2506100609CR1,00NTRFX\r\n-\r\n", Refused("malformed_row"))  # fmt: skip
    yield made("bai2", "no trailer", "99,", "98,", Refused("malformed_row"))
    yield made("bai2", "continued", ",SETTLEMENT/", ",SETT/\n88,LEMENT/")
    yield made("bai2", "another version", ",1,2/\n02", ",1,3/\n02", Refused("bad_header"))
    yield made("cnab240_statement", "another service", "E0440", "E0430", Refused("bad_header"))
    yield made("ofx", "no currency", "<CURDEF>BRL", "", Refused("missing_value"))
    yield made("ofx", "investments", "<STMTRS>", "<INVSTMTRS>", Refused("bad_header"))
    yield made("ofx", "not ended", "</OFX>", "", Refused("bad_xml"))
    yield made("camt", "prefixes", "<Stmt>", "<Stmt xmlns:a='urn:b'>")
    yield made(
        "camt", "no namespace", ' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"', ""
    )
    yield made("camt", "no account", "<IBAN>DE89370400440532013000</IBAN>", "",
               Refused("missing_value"))  # fmt: skip
    yield made("camt", "no amount's direction", "<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>",
               Refused("unknown_direction"))  # fmt: skip
    yield made("camt", "without statement", "Stmt>", "Stmtt>", Refused("bad_xml"))
    yield made("paypal_settlement", "another kind of row", '"SC"', '"SX"', Refused("malformed_row"))
    yield made("paypal_settlement", "column missing", '"Transaction ID"', '"Transaction Id 2"',
               Refused("missing_column"))  # fmt: skip
    yield made("paypal_settlement", "column twice", '"Invoice ID"', '"Transaction ID"',
               Refused("duplicate_column"))  # fmt: skip
    yield made("paypal_settlement", "no footers", '"RF"', '"RX"', Refused("malformed_row"))
