"""Dates and zones: hours that occur twice or never, days that do not exist, offsets and epochs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.corpus.cases import Accepted, File, Refused, Verdict
from tests.corpus.whole_files import whole

BAD = Refused("bad_date")
# The time of the movement as it stands in the file.
WRITTEN = {
    "checkout_financial_actions": "2026-07-09T18:07:06.844",
    "mercadopago_release_report": "2026-03-01T23:30:00.000-04:00",
    "mercadopago_settlement_report": "2026-03-02T10:00:00.000-04:00",
    "stripe_payout_reconciliation": "2026-01-30 23:30:00",
    "paypal_settlement": "2026/03/10 09:30:00 -0700",
    "mollie_balance_transactions": "2025-06-10T23:30:00+00:00",
    "pix": "2025-06-10T01:30:15.589Z",
    "razorpay_settlements": "1749580200",
    "stripe_balance_transactions": "1749547801",
    "stripe_payouts": "1749549600",
    "bai2": "260603,2400",
    "cnab240_statement": "DPV",
    "mt940": "2506100609C",
    "ofx": "<DTPOSTED>20260603",
    "camt": "<BookgDt><Dt>2025-06-09</Dt>",
}


def files() -> Iterator[File]:
    """The files of this theme."""
    yield from _of_summer_time()
    yield from _of_days_that_are_none()
    yield from _of_offsets()


def _file(format_: str, name: str, written: str, *verdicts: Verdict, zone: str = "UTC") -> File:
    path = f"dates/{format_}/{name}"
    base = whole(format_, path)
    assert WRITTEN[format_] in base.text, format_
    text = base.text.replace(WRITTEN[format_], written)
    return replace(base.file(path, text.encode(), *verdicts), zone=zone)


def _at(*moments: str) -> Accepted:
    return Accepted(len(moments), None, moments)


def _of_summer_time() -> Iterator[File]:
    # Adyen writes the abbreviation, which tells the two halves of an hour apart.
    for name, time, zone, moment in (
        ("twice, first", "2024-10-27 02:30:00", "CEST", "2024-10-27T00:30:00Z"),
        ("twice, second", "2024-10-27 02:30:00", "CET", "2024-10-27T01:30:00Z"),
        ("before it", "2024-10-27 01:59:59", "CEST", "2024-10-26T23:59:59Z"),
        ("after it", "2024-10-27 03:00:00", "CET", "2024-10-27T02:00:00Z"),
        ("last of winter", "2025-03-30 01:59:59", "CET", "2025-03-30T00:59:59Z"),
        ("first of summer", "2025-03-30 03:00:00", "CEST", "2025-03-30T01:00:00Z"),
        ("hour that never was", "2025-03-30 02:30:00", "CET", "2025-03-30T01:30:00Z"),
        ("winter's name in summer", "2025-07-01 12:00:00", "PST", "2025-07-01T19:00:00Z"),
        ("twice in Los Angeles, first", "2025-11-02 01:30:00", "PDT", "2025-11-02T08:30:00Z"),
        ("twice in Los Angeles, second", "2025-11-02 01:30:00", "PST", "2025-11-02T09:30:00Z"),
        ("no summer time any more", "2025-01-15 12:00:00", "BRT", "2025-01-15T15:00:00Z"),
        ("other half of the year", "2025-01-15 12:00:00", "AEDT", "2025-01-15T01:00:00Z"),
    ):
        yield _adyen(name, time, zone, _at(moment, moment))
    yield _adyen("unknown abbreviation", "2025-06-09 12:00:00", "XST", Refused("unknown_zone"))
    yield _adyen("offset for a name", "2025-06-09 12:00:00", "+02:00", Refused("unknown_zone"))
    # Without an abbreviation winter counts in the hours that occur twice or never.
    for format_, written in (
        ("stripe_payout_reconciliation", "{} {}"), ("checkout_financial_actions", "{}T{}.000"),
    ):  # fmt: skip
        for name, day, time, zone, moment in (
            ("after the hour that is twice", "2024-10-27", "03:00:00", "Europe/Berlin",
             "2024-10-27T02:00:00Z"),
            ("hour that is twice", "2025-11-02", "01:30:00", "America/New_York",
             "2025-11-02T06:30:00Z"),
            ("hour that never was", "2025-03-09", "02:30:00", "America/New_York",
             "2025-03-09T07:30:00Z"),
            ("midnight that is twice", "2018-02-17", "23:30:00", "America/Sao_Paulo",
             "2018-02-18T02:30:00Z"),
            ("half past a midnight that never was", "2018-11-04", "00:30:00", "America/Sao_Paulo",
             "2018-11-04T03:30:00Z"),
            ("summer", "2025-07-01", "00:30:00", "America/New_York", "2025-07-01T04:30:00Z"),
            ("winter", "2025-01-01", "00:30:00", "America/New_York", "2025-01-01T05:30:00Z"),
            ("half an hour", "2025-01-01", "00:30:00", "Asia/Kolkata", "2024-12-31T19:00:00Z"),
            ("midnight that never was", "2018-11-04", "12:00:00", "America/Sao_Paulo",
             "2018-11-04T14:00:00Z"),
        ):  # fmt: skip
            yield _file(format_, name, written.format(day, time), _at(moment), zone=zone)


def _adyen(name: str, time: str, zone: str, verdict: Verdict) -> File:
    path = f"dates/adyen_settlement_details/{name}"
    base = whole("adyen_settlement_details", path)
    text = base.text.replace("2025-06-09 23:50:00,CET", f"{time},{zone}")
    return base.file(path, text.encode(), verdict)


def _of_days_that_are_none() -> Iterator[File]:
    for name, time in {
        "30 February": "2025-02-30 10:00:00", "29 February of no leap year": "2025-02-29 10:00:00",
        "month 13": "2025-13-01 10:00:00", "hour 24": "2025-06-09 24:00:00",
        "second 60": "2025-06-09 23:59:60", "day first": "09-06-2025 10:00:00",
        "slashes": "2025/06/09 10:00:00", "two digits of a year": "25-06-09 10:00:00",
        "other letters": "２０２５-06-09 10:00:00", "a day alone": "2025-06-09",
        "words": "yesterday", "year 0": "0000-06-09 10:00:00",
    }.items():  # fmt: skip
        yield _adyen(name, time, "CET", BAD)
    # 29 February of a leap year is one.
    yield _adyen("leap day", "2024-02-29 12:00:00", "CET", _at(*["2024-02-29T11:00:00Z"] * 2))
    for format_, written in {
        "checkout_financial_actions": "2026-02-30T18:07:06.844",
        "mercadopago_release_report": "2026-02-30T23:30:00.000-04:00",
        "mercadopago_settlement_report": "2026-02-30T10:00:00.000-04:00",
        "stripe_payout_reconciliation": "2026-02-30 23:30:00",
        "paypal_settlement": "2026/02/30 09:30:00 -0700",
        "mollie_balance_transactions": "2025-02-30T23:30:00+00:00",
        "pix": "2025-02-30T01:30:15.589Z",
        "razorpay_settlements": "-1749580200",
        "stripe_balance_transactions": "99999999999",
        "stripe_payouts": "99999999999",
        "bai2": "260230,2400",
        "mt940": "2513100609C",
        "ofx": "<DTPOSTED>20260230",
        "camt": "<BookgDt><Dt>2025-02-30</Dt>",
    }.items():
        yield _file(format_, "no day", written, BAD)
    name = "dates/cnab240_statement/no day"
    base = whole("cnab240_statement", name)
    entry = base.text.index("DPV")
    place = base.text.index("03062026", entry)
    text = f"{base.text[:place]}30022026{base.text[place + 8 :]}"
    yield base.file(name, text.encode(), BAD)


def _of_offsets() -> Iterator[File]:
    for format_, name, written, verdict in (
        ("mercadopago_release_report", "offset without colon", "2026-03-01T23:30:00-0400",
         _at("2026-03-02T03:30:00Z")),
        ("mercadopago_release_report", "Z", "2026-03-01T23:30:00Z", _at("2026-03-01T23:30:00Z")),
        ("mercadopago_release_report", "no offset", "2026-03-01T23:30:00.000", BAD),
        ("mercadopago_settlement_report", "offset +14", "2026-03-02T10:00:00+14:00",
         _at("2026-03-01T20:00:00Z")),
        ("mercadopago_settlement_report", "offset +25", "2026-03-02T10:00:00+25:00", BAD),
        ("paypal_settlement", "east", "2026/03/10 09:30:00 +0530", _at("2026-03-10T04:00:00Z")),
        ("paypal_settlement", "name of a zone", "2026/03/10 09:30:00 PST", BAD),
        ("mollie_balance_transactions", "offset", "2025-06-10T23:30:00+02:00",
         _at("2025-06-10T21:30:00Z")),
        ("mollie_balance_transactions", "no offset", "2025-06-10T23:30:00", BAD),
        ("pix", "offset", "2025-06-10T01:30:15-03:00", _at("2025-06-10T04:30:15Z")),
        ("pix", "offset of 25 hours", "2025-06-10T01:30:15-25:00", BAD),
        ("pix", "blank for T", "2025-06-10 01:30:15Z", BAD),
        ("ofx", "with offset", "<DTPOSTED>20260603120000[-3:BRT]", _at("2026-06-03T15:00:00Z")),
        ("ofx", "half an hour", "<DTPOSTED>20260603120000[+5.5:IST]", _at("2026-06-03T06:30:00Z")),
        ("ofx", "offset +20", "<DTPOSTED>20260603120000[+20:X]", BAD),
        ("camt", "with offset", "<BookgDt><DtTm>2025-06-09T23:30:00-03:00</DtTm>",
         _at("2025-06-10T02:30:00Z")),
        ("camt", "hour 24", "<BookgDt><DtTm>2025-06-09T25:00:00Z</DtTm>", BAD),
        ("mt940", "30 February", "2502300228C", Accepted(1)),
        ("mt940", "around New Year", "2601011231C", Accepted(1)),
        ("stripe_payouts", "1970", "0", _at("1970-01-01T00:00:00Z")),
        ("bai2", "colons", "260603,23:59", Accepted(1)),
        ("bai2", "minute 60", "260603,2360", Accepted(1)),
    ):  # fmt: skip
        yield _file(format_, name, written, verdict)
