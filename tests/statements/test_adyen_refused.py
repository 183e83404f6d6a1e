"""Every way in which an Adyen file can be bad: refused by name, and nobody else is held up."""

from __future__ import annotations

from include.reconciliation import config
from include.reconciliation.statements import gate
from include.reconciliation.statements.reasons import REASON_CODES
from include.reconciliation.steps import fetch_psp_statements as fetch
from tests.statements.adyen_files import COLUMNS, a_file, a_payout, a_row

_ROWS = [a_row(), a_payout()]
_MISSING = [name for name in COLUMNS if name != "Net Currency"]
_CENT_OFF = [a_row(), a_payout("19.49")]


def _both(**fields: str) -> bytes:
    return a_file([a_row(**fields), a_payout()])


# Name of the file: its bytes, the reason, words that the sentence must have.
BAD_FILES: dict[str, tuple[bytes, str, tuple[str, ...]]] = {
    "empty": (b"", "empty", ("expected a header and rows",)),
    "only line ends": (b"\r\n\r\n", "empty", ()),
    "only a header": (a_file([]), "empty", ("row 2",)),
    "html page": (b"\n<!DOCTYPE html><html>Maintenance</html>", "html_page", ("DOCTYPE",)),
    "utf-16 without its mark": (a_file().decode().encode("utf-16-le"), "bad_encoding", ("NUL",)),
    "utf-16 cut in a character": (
        a_file().decode().encode("utf-16")[:-1],
        "bad_encoding",
        ("expected utf-16",),
    ),
    "latin-1": (
        _both(merchant_reference="Caf\u00e9").replace("\u00e9".encode(), b"\xe9"),
        "bad_encoding",
        (),
    ),
    "latin-1 header": (a_file().replace(b"Company", b"Compa\xf1y"), "bad_encoding", ("row 1",)),
    "cut in a character": (a_file() + "\u20ac".encode()[:2], "bad_encoding", ("end of the file",)),
    "nul": (_both(merchant_reference="a\0b"), "bad_encoding", ("NUL",)),
    "late nul": (
        a_file([a_row()] * 2000 + [a_row(merchant_reference="\0")]),
        "bad_encoding",
        ("NUL",),
    ),
    "zip": (b"PK\x03\x04\x14\x00\x08\x08", "bad_archive", ()),
    "cut in a row": (a_file()[:-60], "malformed_row", ("row 3", "32 columns")),
    "cut at a row": (
        a_file([a_row()]),
        "wrong_total",
        ("expected 0.00 EUR with", "none; found 19.50 EUR", "batch 7"),
    ),
    "column too many": (a_file().replace(b"mc,", b"mc,,", 1), "malformed_row", ("row 2",)),
    "empty row": (a_file().replace(b"\nShop,", b"\n\nShop,", 1), "malformed_row", ("row 2",)),
    "quote that never ends": (
        a_file().replace(b",mc,", b',"mc,', 1),
        "malformed_row",
        ("quoted field",),
    ),
    "end mark": (a_file().replace(b"\nShop,", b"\n\\.\nShop,", 1), "malformed_row", ("\\.",)),
    "semicolons": (a_file().replace(b",", b";"), "missing_column", ("delimiter", "';'")),
    "missing column": (
        a_file(columns=_MISSING),
        "missing_column",
        ("'Net Currency'", "Psp Reference, "),
    ),
    "duplicate column": (a_file(columns=(*COLUMNS, "Type")), "duplicate_column", ("'Type'",)),
    "no header": (a_file().split(b"\n", 1)[1], "missing_column", ()),
    "quote in the header": (b'"Company" Account,' + a_file(), "bad_header", ("row 1",)),
    "wrong account": (
        _both(merchant_account="ShopUS"),
        "wrong_account",
        ("row 2", "ShopEU", "ShopUS"),
    ),
    "no account": (_both(merchant_account=""), "wrong_account", ("found nothing",)),
    "batch number": (_both(batch_number="7a"), "bad_batch_number", ("7a",)),
    "no type": (_both(type=""), "missing_value", ("'Type'",)),
    "a blank type": (_both(type=" "), "missing_value", ("'Type'",)),
    "unknown currency": (
        _both(gross_currency="EUX"),
        "unknown_currency",
        ("Gross Currency", "EUX"),
    ),
    "small letters": (_both(net_currency="eur"), "unknown_currency", ("Net Currency", "eur")),
    "no currency": (_both(net_currency=""), "unknown_currency", ("nothing",)),
    "not configured": (
        _both(gross_currency="CHF"),
        "currency_not_configured",
        ("CHF", "EUR, JPY, USD"),
    ),
    "31 April": (_both(booking_date="2025-04-31 10:00:00"), "bad_date", ("2025-04-31", "row 2")),
    "other date": (_both(booking_date="09/06/2025 10:00"), "bad_date", ("09/06/2025",)),
    "no date": (_both(booking_date="", creation_date=""), "bad_date", ("nothing",)),
    "unknown zone": (_both(booking_date_timezone="XYZ"), "unknown_zone", ("XYZ",)),
    "a reference of megabytes": (
        _both(merchant_reference="x" * 5_000_000),
        "beyond_limits",
        ("row 2", "'Merchant Reference'", "at most 800 bytes", "5000000 bytes, from xxxx"),
    ),
    "a byte too many": (_both(psp_reference="8" * 799 + "\u00e9"), "beyond_limits", ("801 bytes",)),
    "a type without end": (_both(type="T" * 801), "beyond_limits", ("'Type'",)),
    "a long modification": (
        _both(modification_reference="9" * 801),
        "beyond_limits",
        ("'Modification Reference'",),
    ),
    "decimal comma": (
        _both(net_credit_nc="19,50"),
        "bad_amount",
        ("row 2", "Net Credit (NC)", "19,50"),
    ),
    "thousands": (_both(gross_credit_gc="1 020.00"), "bad_amount", ("1 020.00",)),
    "sign": (_both(markup_nc="-0.20"), "bad_amount", ("Markup (NC)", "-0.20")),
    "plus": (_both(gross_credit_gc="+20.00"), "bad_amount", ("+20.00",)),
    "exponent": (_both(gross_credit_gc="2e1"), "bad_amount", ("2e1",)),
    "not a number": (_both(gross_credit_gc="NaN"), "bad_amount", ("NaN",)),
    "infinity": (_both(gross_credit_gc="Infinity"), "bad_amount", ("Infinity",)),
    "point alone": (_both(markup_nc="."), "bad_amount", ("found .",)),
    "two points": (_both(markup_nc="0.2.0"), "bad_amount", ("0.2.0",)),
    "underscore": (_both(gross_credit_gc="2_0"), "bad_amount", ("2_0",)),
    "hexadecimal": (_both(gross_credit_gc="0x14"), "bad_amount", ("0x14",)),
    "other digits": (_both(gross_credit_gc="\uff12\uff10.00"), "bad_amount", ()),
    "space": (_both(gross_credit_gc=" 20.00"), "bad_amount", ()),
    "far too large": (_both(gross_credit_gc="9" * 40), "bad_amount", ("9999",)),
    "too large": (_both(gross_credit_gc="9" * 20), "bad_amount", ("9999",)),
    "bad rate": (_both(exchange_rate="1,0"), "bad_amount", ("Exchange Rate", "1,0")),
    "excess decimals": (
        _both(markup_nc="0.195", net_credit_nc="19.505"),
        "excess_decimals",
        ("row 2", "0.195"),
    ),
    "part of a yen": (
        _both(
            gross_currency="JPY",
            gross_credit_gc="3000.5",
            exchange_rate="0.0061",
            net_credit_nc="17.80",
        ),
        "excess_decimals",
        ("JPY", "3000.5"),
    ),
    "both sides": (
        _both(net_debit_nc="1.00", net_credit_nc="20.50"),
        "debit_and_credit",
        ("1.00 and 20.50",),
    ),
    "row does not tie": (
        a_file([a_row(net_credit_nc="19.51"), a_payout("19.51")]),
        "row_does_not_tie",
        ("expected 19.50 EUR;", "found 19.51 EUR", "row 2"),
    ),
    "conversion does not tie": (
        a_file(
            [
                a_row(gross_currency="USD", exchange_rate="0.9000", net_credit_nc="17.52"),
                a_payout("17.52"),
            ]
        ),
        "row_does_not_tie",
        ("expected 17.50 EUR;", "found 17.52 EUR"),
    ),
    "conversion at a rate of 1": (
        a_file(
            [
                a_row(gross_currency="USD", exchange_rate="1", net_credit_nc="49.50"),
                a_payout("49.50"),
            ]
        ),
        "row_does_not_tie",
        ("expected 19.50 EUR;", "found 49.50 EUR"),
    ),
    "conversion without a rate": (
        _both(gross_currency="USD", exchange_rate=""),
        "row_does_not_tie",
        ("row 2", "'Exchange Rate'", "not 0, since the currencies differ; found nothing"),
    ),
    "conversion at 0": (
        _both(gross_currency="USD", exchange_rate="0.00"),
        "row_does_not_tie",
        ("row 2", "'Exchange Rate'", "not 0, since the currencies differ; found 0.00"),
    ),
    "conversion at 0 of what the costs take": (
        a_file(
            [
                a_row(
                    gross_currency="USD", exchange_rate="0", net_credit_nc="", net_debit_nc="0.50"
                ),
                a_row(),
                a_payout("19.00"),
            ]
        ),
        "row_does_not_tie",
        ("row 2", "'Exchange Rate'", "found 0"),
    ),
    "costs of nothing in another currency": (
        a_file(
            [
                a_row(
                    gross_currency="USD",
                    gross_credit_gc="0.00",
                    exchange_rate="",
                    net_credit_nc="",
                    net_debit_nc="0.51",
                ),
                a_row(),
                a_payout("18.99"),
            ]
        ),
        "row_does_not_tie",
        ("row 2", "expected -0.50 EUR;", "found -0.51 EUR"),
    ),
    "a cent off": (
        a_file(_CENT_OFF),
        "wrong_total",
        ("expected 0.00 EUR; found 0.01 EUR", "batch 7'"),
    ),
    "a row lost": (
        a_file([a_row(), a_row(psp_reference="X"), a_payout("58.50")]),
        "wrong_total",
        ("found -19.50 EUR",),
    ),
}


def test_every_bad_file_is_refused_for_its_reason_and_the_good_one_goes_on(
    adyen, drop_folder
) -> None:
    for name, (content, _, _) in BAD_FILES.items():
        (drop_folder / f"{name}.csv").write_bytes(content)
    # Written last: what lies beside them mends none of them.
    (drop_folder / "0 good.csv").write_bytes(
        a_file([a_row(batch_number="99"), a_payout(batch_number="99")])
    )

    counted = adyen.run()

    found = {
        row["name"].removesuffix(".csv"): row["reason_code"]
        for row in adyen.rows(
            "select name, reason_code from deliveries inner join statements using (delivery_id)"
        )
    }
    assert {**{name: reason for name, (_, reason, _) in BAD_FILES.items()}, "0 good": None} == found
    assert {"accepted": 1, "quarantined": len(BAD_FILES), "lines": 2} == counted
    assert len(BAD_FILES) == len(
        adyen.values("select fingerprint from alerts where state = 'open'")
    )


def test_every_sentence_names_the_file_and_what_is_wrong_in_it(adyen, drop_folder) -> None:
    for name, (content, _, _) in BAD_FILES.items():
        (drop_folder / f"{name}.csv").write_bytes(content)

    adyen.run()

    sentences = dict(
        row.values()
        for row in adyen.rows(
            "select name, quarantine_reason"
            " from deliveries inner join statements using (delivery_id)"
        )
    )
    missing = {
        name: (word, sentences[f"{name}.csv"])
        for name, (_, _, words) in BAD_FILES.items()
        for word in (f"file {name}.csv", *words)
        if word not in sentences[f"{name}.csv"]
    }
    assert {} == missing


def test_every_sentence_and_every_alert_ends_with_what_to_do(adyen, drop_folder) -> None:
    for name, (content, _, _) in BAD_FILES.items():
        (drop_folder / f"{name}.csv").write_bytes(content)

    adyen.run()

    told = adyen.rows(
        "select reason_code, quarantine_reason, summary from statements"
        " inner join alerts on fingerprint = 'quarantine:' || statement_id"
    )
    silent = {
        row["quarantine_reason"]
        for row in told
        if not row["quarantine_reason"].endswith(
            ("fetch it again", REASON_CODES[row["reason_code"]].next_step)
        )
    }
    assert (len(BAD_FILES), set()) == (len(told), silent)
    assert [row["summary"] for row in told] == [row["quarantine_reason"] for row in told]


def test_a_refused_file_takes_the_key_of_the_batch_that_it_holds(adyen, drop_folder) -> None:
    (drop_folder / "a cent off.csv").write_bytes(a_file(_CENT_OFF))
    (drop_folder / "american.csv").write_bytes(
        a_file([a_row(merchant_account="ShopUS"), a_payout(merchant_account="ShopUS")])
    )

    adyen.run()

    keys = adyen.values("select statement_key from statements order by statement_id")
    assert ["batch 7", "of another account: american.csv"] == keys


def test_of_a_file_that_is_too_large_only_the_beginning_is_kept(
    adyen, drop_folder, monkeypatch
) -> None:
    content = a_file([a_row()] * 10_000)
    for module in (fetch, gate):
        monkeypatch.setattr(module, "SIZE_BYTES_MAX", 1_200_000)
    (drop_folder / "large.csv").write_bytes(content)

    adyen.run()

    state, reason, sentence = adyen.verdict()
    assert ("quarantined", "too_large") == (state, reason)
    assert f"found {len(content)} bytes" in sentence
    assert [1 << 20] == [
        path.stat().st_size for path in config.store_folder().rglob("*") if path.is_file()
    ]


def test_harmless_differences_are_no_reason_to_refuse(adyen, drop_folder) -> None:
    def numbered(number: int, **fields: str) -> list[dict[str, str]]:
        batch = {"batch_number": str(number)}
        return [a_row(**batch, **fields), a_payout(**batch)]

    good_files = {
        "bom": b"\xef\xbb\xbf" + a_file(numbered(1)),
        "utf-16": a_file(numbered(13)).decode().encode("utf-16"),
        "utf-16, the other way": b"\xfe\xff" + a_file(numbered(14)).decode().encode("utf-16-be"),
        "windows line ends": a_file(numbered(2), line_end="\r\n"),
        "old mac line ends": a_file(numbered(3), line_end="\r"),
        "no last line end": a_file(numbered(4)).rstrip(),
        "many last line ends": a_file(numbered(5)) + b"\n\r\n\n",
        "blanks in the header": a_file(numbered(6)).replace(
            b"Gross Debit (GC)", b" Gross  Debit (GC) "
        ),
        "quoted empty": a_file(numbered(7)).replace(b",,", b',"",'),
        "zero on the other side": a_file(numbered(8, net_debit_nc="0.00")),
        "trailing zeros": a_file(numbered(9, markup_nc="0.20000")),
        "no point": a_file(numbered(10, gross_credit_gc="20")),
        "point at the end": a_file(numbered(11, gross_credit_gc="20.")),
        "blanks around a type": a_file(
            [a_row(batch_number="12", type=" SETTLED\t"), a_payout(batch_number="12")]
        ),
    }
    for name, content in good_files.items():
        (drop_folder / f"{name}.csv").write_bytes(content)

    counted = adyen.run()

    assert [] == adyen.values(
        "select quarantine_reason from statements where state = 'quarantined'"
    )
    assert {"accepted": len(good_files), "quarantined": 0, "lines": 2 * len(good_files)} == counted
    assert [(2000, 50, 1950)] == [
        tuple(row.values())
        for row in adyen.rows(
            "select distinct gross_minor, fee_minor, net_minor"
            " from work_statement_lines where type = 'payment'"
        )
    ]
