"""Identity: whose money it is, which statement and line it is, and what kind."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.cases import Accepted, File, Refused, Verdict
from tests.corpus.whole_files import ANSWERS, TABLES, major, whole

CURRENCY_CODES = {
    "adyen_settlement_details": "EUR",
    "checkout_financial_actions": "USD",
    "mercadopago_release_report": "BRL",
    "mercadopago_settlement_report": "BRL",
    "stripe_payout_reconciliation": "USD",
    "paypal_settlement": "USD",
    "mollie_balance_transactions": "EUR",
    "razorpay_settlements": "INR",
    "stripe_balance_transactions": "brl",
    "stripe_payouts": "brl",
    "bai2": "USD",
    "mt940": "EUR",
    "ofx": "<CURDEF>BRL",
    "camt": "EUR",
    "cnab240_statement": "BRL",
}


def files() -> Iterator[File]:
    """The files of this theme."""
    for format_, code in CURRENCY_CODES.items():
        name = f"identity/{format_}/currency that nobody has"
        base = whole(format_, name)
        text = base.text.replace(code, code[:-3] + "QQQ")
        yield base.file(name, text.encode(), Refused("unknown_currency"))
    yield from _of_twins()
    yield from _of_words()
    yield from _of_accounts()
    yield from _of_directions()


def _changed(format_: str, name: str, old: str, new: str, *verdicts: Verdict) -> File:
    path = f"identity/{format_}/{name}"
    base = whole(format_, path)
    assert old in base.text, (format_, old)
    return base.file(path, base.text.replace(old, new).encode(), *verdicts)


def _of_twins() -> Iterator[File]:
    """Two equal rows are two events, unless the provider gives each an id of its own."""
    for format_ in TABLES:
        name = f"identity/{format_}/twins"
        base = whole(format_, name)
        rows = base.text.splitlines(keepends=True)
        place = next(number for number, row in enumerate(rows) if base.reference in row)
        twice = "".join([*rows[: place + 1], *rows[place:]])
        if format_ == "adyen_settlement_details":
            payout = major(2 * base.minor)
            head, _, last = twice.rpartition("MerchantPayout")
            twice = f"{head}MerchantPayout{last.replace(base.amount, payout)}"
        if format_ == "mercadopago_release_report":
            closing, doubled = 10_000 + base.minor, 10_000 + 2 * base.minor
            twice = twice.replace(major(closing), major(doubled))
        if format_ == "stripe_payout_reconciliation":
            yield base.file(name, twice.encode(), Refused("line_repeated"))
            continue
        minor = 0 if base.net_minor == 0 else 2 * base.minor
        yield base.file(name, twice.encode(), Accepted(base.lines + 1, ((base.currency, minor),)))
    for format_ in ANSWERS:
        name = f"identity/{format_}/line twice"
        base = whole(format_, name)
        start, end = _only_object(base.text)
        line = base.text[start:end]
        text = f"{base.text[:start]}{line}, {base.text[start:]}".replace('"count": 1', '"count": 2')
        yield base.file(name, text.encode(), Refused("page_repeated"))
    name = "identity/camt/twins"
    base = whole("camt", name)
    start, end = base.text.index("<Ntry>"), base.text.index("</Ntry>") + len("</Ntry>")
    text = base.text[:end] + base.text[start:]
    text = text.replace(major(10_000 + base.minor), major(10_000 + 2 * base.minor))
    yield base.file(name, text.encode(), Accepted(2, (("EUR", 2 * base.minor),)))
    name = "identity/ofx/same id, another entry"
    base = whole("ofx", name)
    entry = base.text[base.text.index("<STMTTRN>") : base.text.index("</BANKTRANLIST>")]
    text = base.text.replace(entry, entry + entry.replace(base.amount, "1.00"))
    yield base.file(name, text.encode(), Accepted(2, (("BRL", base.minor + 100),)))


def _only_object(text: str) -> tuple[int, int]:
    """Where the one object of a list of an answer stands."""
    marks = ('"pix": [', '"items": [', '"data": [', '"balance_transactions": [')
    start = next(text.index(mark) + len(mark) for mark in marks if mark in text)
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return start, place + 1
    raise AssertionError(text)


def _of_words() -> Iterator[File]:
    """An unknown word is a line of its own kind, never a reason to refuse."""
    for format_, word in {
        "adyen_settlement_details": "Settled", "checkout_financial_actions": "P1,Capture",
        "mercadopago_release_report": "release,payment",
        "mercadopago_settlement_report": "SETTLEMENT,",
        "stripe_payout_reconciliation": "charge", "paypal_settlement": "T0006",
        "mollie_balance_transactions": '"type": "payment"', "razorpay_settlements": '"payment"',
        "stripe_balance_transactions": '"reporting_category": "charge"', "bai2": "16,142",
        "camt": "RCDT", "mt940": "NTRF", "ofx": "<TRNTYPE>CREDIT",
    }.items():  # fmt: skip
        new = {
            "checkout_financial_actions": "P1,Novelty",
            "mercadopago_release_report": "release,novelty",
            "mercadopago_settlement_report": "NOVELTY,",
            "mollie_balance_transactions": '"type": "novelty"',
            "razorpay_settlements": '"novelty"',
            "stripe_balance_transactions": '"reporting_category": "novelty"',
            "bai2": "16,399", "paypal_settlement": "T9988", "ofx": "<TRNTYPE>NOVELTY",
            "mt940": "NZZZ", "camt": "ZZZZ",
        }.get(format_, "Novelty")  # fmt: skip
        path = f"identity/{format_}/unknown word"
        base = whole(format_, path)
        assert word in base.text
        # In the header of a table words stay as they are.
        head, line_end, rest = (
            base.text.partition("\n") if format_ in TABLES else ("", "", base.text)
        )
        yield base.file(path, f"{head}{line_end}{rest.replace(word, new)}".encode())
    adyen = "adyen_settlement_details"
    yield _changed(adyen, "small letters", "Settled", "settled")
    yield _changed(adyen, "no word", "Settled", "", Refused("missing_value"))
    yield _changed(adyen, "no batch", ",7,,", ",,,", Refused("bad_batch_number"))
    yield _changed(adyen, "half a batch", ",7,,", ",7.5,,", Refused("bad_batch_number"))
    yield _changed(adyen, "currency in small letters", "EUR", "eur", Refused("unknown_currency"))
    yield _changed("stripe_payout_reconciliation", "currency in capitals", "usd", "USD")
    yield _changed("checkout_financial_actions", "no word", "P1,Capture", "P1,",
                   Refused("missing_value"))  # fmt: skip
    yield _changed("mercadopago_settlement_report", "no word", "SETTLEMENT,", ",",
                   Refused("missing_value"))  # fmt: skip
    yield _changed("stripe_payout_reconciliation", "no word", ",charge,", ",,",
                   Refused("missing_value"))  # fmt: skip
    yield _changed("paypal_settlement", "no id", '"PAY1"', '""', Refused("missing_value"))
    yield _changed("mollie_balance_transactions", "no id", '"baltr_1"', '""',
                   Refused("missing_value"))  # fmt: skip
    yield _changed("pix", "no id", '"E1803615020250610123000000000001"', "null",
                   Refused("missing_value"))  # fmt: skip
    yield _changed("ofx", "error of the bank", "<SEVERITY>INFO", "<SEVERITY>ERROR",
                   Refused("not_a_statement"))  # fmt: skip
    yield _changed("bai2", "test", "BANKUS33,1,260603", "BANKUS33,4,260603",
                   Refused("not_a_statement"))  # fmt: skip
    yield _changed("bai2", "deletion", "BANKUS33,1,260603", "BANKUS33,2,260603",
                   Refused("not_a_statement"))  # fmt: skip


def _of_accounts() -> Iterator[File]:
    name = "identity/cnab240_statement/entry of another account"
    base = whole("cnab240_statement", name)
    place = base.text.index("0000000678901", base.text.index("0000000678901") + 1)
    text = f"{base.text[:place]}0000000678902{base.text[place + 13 :]}"
    yield base.file(name, text.encode(), Refused("wrong_account"))
    yield _changed("cnab240_statement", "no account", "0000000678901", " " * 13,
                   Refused("missing_value"))  # fmt: skip
    yield _changed("bai2", "no account", "03,4001,", "03,,", Refused("missing_value"))
    yield _changed("ofx", "no account", "<ACCTID>12345-6", "", Refused("missing_value"))
    yield _changed("paypal_settlement", "no account", '"MERCHANT1"', '""', Refused("missing_value"))
    # Two batches, accounts or statements in a file are as many statements.
    name = "identity/adyen_settlement_details/two batches"
    first, second = (whole("adyen_settlement_details", f"{name} {part}") for part in (1, 2))
    rows = second.text.replace(",7,", ",8,").partition("\n")[2]
    yield first.file(name, f"{first.text}{rows}".encode(), first.accepted, second.accepted)
    for format_, old, new in (("mt940", "115/1", "116/1"), ("mt940", "50880050", "50880051")):
        name = f"identity/{format_}/two statements, {new}"
        first, second = (whole(format_, f"{name} {part}") for part in (1, 2))
        text = first.text + second.without(old, new).text
        yield first.file(name, text.encode(), first.accepted, second.accepted)
    name = "identity/mt940/two of one name"
    base = whole("mt940", name)
    other = base.text.replace(base.reference, base.reference[::-1])
    yield base.file(name, (base.text + other).encode(), *[Refused("statement_repeated")] * 2)
    name = "identity/mercadopago_release_report/pasted twice"
    base = whole("mercadopago_release_report", name)
    rows = base.text.partition("\n")[2]
    yield base.file(name, (base.text + rows).encode(), Refused("balance_repeated", 5))
    name = "identity/stripe_payout_reconciliation/two payouts"
    first, second = (whole("stripe_payout_reconciliation", f"{name} {part}") for part in (1, 2))
    row = second.text.partition("\n")[2].replace("txn_1", "txn_2").replace("po_1", "po_2")
    yield first.file(name, f"{first.text}{row}".encode(), first.accepted, second.accepted)


def _of_directions() -> Iterator[File]:
    direction = Refused("unknown_direction")
    yield _changed("bai2", "code of a loan", "16,142", "16,721", direction)
    yield _changed("cnab240_statement", "neither debit nor credit", "C209", "X209", direction)
    yield _changed("paypal_settlement", "neither DR nor CR", ',"CR",', ',"XX",',
                   Refused("bad_amount"))  # fmt: skip
    yield _changed("camt", "neither debit nor credit", "CRDT", "CREDIT", direction)
    yield _changed(
        "mt940", "neither debit nor credit", "0609CR", "0609XR", Refused("malformed_row")
    )
    name = "identity/camt/entry in dollars"
    base = whole("camt", name)
    text = base.text.replace(
        f'<Ntry><Amt Ccy="EUR">{base.amount}', f'<Ntry><Amt Ccy="USD">{base.amount}'
    )
    yield base.file(name, text.encode(), Refused("wrong_currency"))
    both = Refused("debit_and_credit")
    name = "identity/adyen_settlement_details/both sides"
    base = whole("adyen_settlement_details", name)
    yield base.file(
        name, base.text.replace(f",,{base.amount},1,", f",1.00,{base.amount},1,").encode(), both
    )
    yield _changed("razorpay_settlements", "both sides", '"debit": 0', '"debit": 5', both)
    name = "identity/mercadopago_release_report/both sides"
    base = whole("mercadopago_release_report", name)
    yield base.file(
        name, base.text.replace(f"{base.amount},0.00,", f"{base.amount},5.00,", 1).encode(), both
    )
