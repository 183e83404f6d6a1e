"""Numbers: what a person reads as an amount, and no format means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.corpus.cases import Accepted, File, Refused, Verdict
from tests.corpus.whole_files import TABLES, Whole, whole

# Formats whose amounts are a decimal number with a point.
DECIMALS = (*TABLES, "camt", "mollie_balance_transactions", "ofx", "pix")
# Formats whose amounts are digits alone, and JSON whose amounts are whole numbers.
DIGITS = ("bai2", "paypal_settlement")
WHOLE_NUMBERS = ("razorpay_settlements", "stripe_balance_transactions", "stripe_payouts")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def files() -> Iterator[File]:
    """The files of this theme."""
    for format_ in DECIMALS:
        yield from _of_decimals(format_)
    for format_ in DIGITS:
        yield from _of_digits(format_)
    for format_ in WHOLE_NUMBERS:
        yield from _of_whole_numbers(format_)
    yield from _of_mt940()
    yield from _of_cnab240()
    yield from _of_currencies()


def _file(format_: str, name: str, written: str, *verdicts: Verdict) -> File:
    path = f"numbers/{format_}/{name}"
    base = whole(format_, path).with_amount(written)
    return base.file(path, None, *verdicts)


def _amount(format_: str, name: str) -> str:
    return whole(format_, f"numbers/{format_}/{name}").amount


def _of_decimals(format_: str) -> Iterator[File]:
    quote = '"' if format_ in TABLES else ""
    refused = Refused("bad_amount")

    def of(name: str) -> tuple[str, str]:
        amount = _amount(format_, name)
        return amount.split(".")[0], amount.split(".")[1]

    euros, cents = of("decimal comma")
    # OFX has both marks.
    comma = () if format_ == "ofx" else (refused,)
    yield _file(format_, "decimal comma", f"{quote}{euros},{cents}{quote}", *comma)
    euros, cents = of("thousands")
    thousands = f"{euros[0]},{euros[1:]}.{cents}"
    yield _file(format_, "thousands", f"{quote}{thousands}{quote}", refused)
    euros, cents = of("thousands with a point")
    points = f"{euros[0]}.{euros[1:]},{cents}"
    yield _file(format_, "thousands with a point", f"{quote}{points}{quote}", refused)
    for name, shape in {
        "parentheses": "({})", "trailing minus": "{}-", "minus sign of typography": "\u2212{}",
        "currency before it": "€ {}", "currency behind it": "{} EUR", "exponent": "{}e0",
        "percent": "{}%", "two signs": "--{}", "letter": "{}o", "in hexadecimal": "0x{}",
        "underscore": "1_{}", "narrow blank": "1\u202f{}", "formula": "={}",
    }.items():  # fmt: skip
        yield _file(format_, name, shape.format(_amount(format_, name)), refused)
    for name, written in {
        "1e400": "1e400", "no number": "NaN", "infinity": "Infinity", "point alone": ".",
        "words": "twelve", "many digits": "9" * 40, "date": "2026-03-01", "true": "true",
    }.items():  # fmt: skip
        yield _file(format_, name, written, refused)
    for name, digits in {"full-width digits": FULL_WIDTH, "arabic digits": ARABIC}.items():
        yield _file(format_, name, _amount(format_, name).translate(digits), refused)
    plus = () if format_ == "ofx" else (refused,)
    yield _file(format_, "plus", "+" + _amount(format_, "plus"), *plus)
    if format_ != "ofx":
        # In OFX three decimals could be thousands.
        yield _file(format_, "zeros behind it", _amount(format_, "zeros behind it") + "000")
    yield _file(format_, "zeros before it", "000" + _amount(format_, "zeros before it"))
    # Checkout.com's fees have eight decimals, which are spread over the payout.
    codes = {"checkout_financial_actions": None, "ofx": "bad_amount"}
    code = codes.get(format_, "excess_decimals")
    if code is not None:
        yield _file(format_, "part of a cent", _amount(format_, "part of a cent") + "5",
                    Refused(code))  # fmt: skip


def _of_digits(format_: str) -> Iterator[File]:
    refused = Refused("bad_amount")
    for name, shape in {
        "point": "{}.00", "comma": "{},00", "minus": "-{}", "exponent": "{}e2", "letter": "{}X",
        "full-width digits": None, "arabic digits": None, "blank inside": "1 {}",
        "parentheses": "({})",
    }.items():  # fmt: skip
        amount = _amount(format_, name)
        tables = {"full-width digits": FULL_WIDTH, "arabic digits": ARABIC}
        written = shape.format(amount) if shape else amount.translate(tables[name])
        # A comma parts the fields: the rest is one field too many, or of another kind.
        verdict = Refused("malformed_row") if name == "comma" else refused
        yield _only(format_, name, written, verdict)


def _only(format_: str, name: str, written: str, *verdicts: Verdict) -> File:
    """The amount of the movement alone is written otherwise, not the sums."""
    path = f"numbers/{format_}/{name}"
    base = whole(format_, path)
    return base.without(base.amount, written).file(path, None, *verdicts)


def _of_whole_numbers(format_: str) -> Iterator[File]:
    json, page = Refused("bad_json"), Refused("bad_page")
    for name, shape, verdict in (
        ("decimals", "{}.5", json), ("decimals that are 0", "{}.0", json),
        ("exponent", "{}e2", json), ("text", '"{}"', page), ("zero before it", "0{}", json),
        ("plus", "+{}", json), ("hexadecimal", "0x{}", json),
    ):  # fmt: skip
        yield _file(format_, name, shape.format(_amount(format_, name)), verdict)
    for name, written, verdict in (
        ("1e400", "1e400", json), ("no number", "NaN", json), ("infinity", "-Infinity", json),
        ("null", "null", page), ("true", "true", page), ("many digits", "9" * 30, page),
        ("list", "[1]", page), ("thousands of digits", "9" * 5000, json),
    ):  # fmt: skip
        yield _file(format_, name, written, verdict)


def _of_mt940() -> Iterator[File]:
    bad = Refused("bad_amount")
    for name, change, verdict in (
        ("point", lambda text: text.replace(",", "."), bad),
        ("thousands", lambda text: f"{text[0]}.{text[1:]}", bad),
        ("minus", lambda text: f"-{text}", bad),
        ("full-width digits", lambda text: text.translate(FULL_WIDTH), bad),
        ("nothing", lambda text: "", bad),
        ("sixteen characters", lambda text: text.rjust(16, "1"), bad),
        ("part of a cent", lambda text: f"{text}5", Refused("excess_decimals")),
        ("blank", lambda text: text.replace(",", " ,"), bad),
        ("zeros before it", lambda text: f"00{text}", None),
    ):
        path = f"numbers/mt940/{name}"
        amount = whole("mt940", path).amount
        yield _only("mt940", name, change(amount), *([verdict] if verdict else []))


def _of_cnab240() -> Iterator[File]:
    bad = Refused("bad_amount")
    for name, change, verdict in (
        ("sign", lambda text: f"-{text[1:]}", bad),
        ("letter", lambda text: f"{text[:-1]}X", bad),
        ("point", lambda text: f"{text[1:-2]}.{text[-2:]}", bad),
        ("full-width digits", lambda text: text.translate(FULL_WIDTH), bad),
        ("blank behind it", lambda text: f"{text[:-1]} ", bad),
        ("blanks before it", lambda text: text.lstrip("0").rjust(18), None),
    ):
        path = f"numbers/cnab240_statement/{name}"
        amount = whole("cnab240_statement", path).amount
        yield _only("cnab240_statement", name, change(amount), *([verdict] if verdict else []))


def _of_currencies() -> Iterator[File]:
    """The same digits are other minor units in a currency with none, or with three decimals."""
    for currency, decimals in (("JPY", 0), ("KWD", 3), ("CLP", 0)):
        yield _in_currency("camt", currency, decimals, 'Ccy="EUR"', f'Ccy="{currency}"')
        yield _in_currency("ofx", currency, decimals, "<CURDEF>BRL", f"<CURDEF>{currency}")
        yield _in_currency("stripe_payout_reconciliation", currency, decimals, "USD", currency)
    # PayPal writes hundredths of a yen, too; BAI2 writes yen.
    name = "numbers/paypal_settlement/100 yen are 10000"
    base = _renamed(whole("paypal_settlement", name), "USD", "JPY").with_amount("10000")
    text = base.text.replace("100000", "200000").replace(_closing(base), "210000")
    yield base.file(name, text.encode(), Accepted(1, (("JPY", 100),)))
    name = "numbers/paypal_settlement/part of a yen"
    base = _renamed(whole("paypal_settlement", name), "USD", "JPY").with_amount("10050")
    yield base.refused(name, "excess_decimals")
    name = "numbers/bai2/yen"
    base = whole("bai2", name).without(",USD,", ",JPY,")
    yield base.file(name, None, Accepted(1, (("JPY", base.minor),)))
    for currency, written, minor in (("isk", 7300, 73), ("jpy", 7300, 7300)):
        name = f"numbers/stripe_payouts/{currency}"
        base = _renamed(whole("stripe_payouts", name), "brl", currency).with_amount(str(written))
        yield base.file(name, None, Accepted(1, ((currency.upper(), -minor),)))
    name = "numbers/stripe_payouts/part of a krona"
    base = _renamed(whole("stripe_payouts", name), "brl", "isk").with_amount("7350")
    yield base.refused(name, "excess_decimals")


def _closing(base: Whole) -> str:
    return str(100_000 + base.minor)


def _renamed(base: Whole, old: str, new: str) -> Whole:
    return replace(base, text=base.text.replace(old, new))


def _in_currency(format_: str, currency: str, decimals: int, old: str, new: str) -> File:
    name = f"numbers/{format_}/{currency}"
    base = _renamed(whole(format_, name), old, new)
    if format_ == "camt":
        base = _renamed(base, "<Ccy>EUR", f"<Ccy>{currency}")
    if not decimals:
        # An amount with cents is none in it.
        return base.refused(name, "excess_decimals")
    return base.file(name, None, Accepted(1, ((currency, base.minor * 10),)))
