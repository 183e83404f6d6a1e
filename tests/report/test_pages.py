"""The page as people get it: HTML that runs nothing and asks for nothing, and a PDF of the same."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf
import pytest
from psycopg import sql

from include.reconciliation import config
from include.reconciliation.kinds import KINDS
from include.reconciliation.report import item_blocks
from include.reconciliation.report.category_blocks import CATEGORIES
from include.reconciliation.report.pages import HTML, PDF
from include.reconciliation.steps.write_discrepancy_report import write_discrepancy_report
from tests.report.hand_made_run import PSP, HandMadeRun
from tests.report.measuring import folder_and_megabytes

MANY = 200_000
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE runs; --",
    "</td></tr></table><h2>RECONCILED</h2>",
    "&lt;b&gt; &amp; <!-- ",
    "=HYPERLINK(1)",
    "{0} {count} %s",
)


class Page(HTMLParser):
    """A page as a browser reads it: its elements, its rows of texts, its style."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.rows: list[list[str]] = []
        self.texts: list[str] = []
        # What is said beside what is drawn.
        self.described: list[str] = []
        self._open: list[str] = []
        self.style = ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            self.style += data
        elif {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data
        elif {"title", "desc"} & set(self._open):
            self.described.append(data)
        elif data.strip():
            self.texts.append(data.strip())

    def after(self, first_cell: str) -> list[list[str]]:
        """Rows from the one that begins with that text to the next head of a table."""
        start = next(number for number, row in enumerate(self.rows) if row[:1] == [first_cell])
        return [[cell for cell in row if cell] for row in self.rows[start:]]


def html_of(run: HandMadeRun) -> bytes:
    return (Path(write_discrepancy_report(run.attempt_id or run.write())) / HTML).read_bytes()


def in_portuguese(run: HandMadeRun, **report: Any) -> HandMadeRun:
    """The run with the rules of a PSP whose report is Portuguese."""
    rules = config.load().psp(PSP).rules()
    run.rules["psp"] = {**rules, "report": {"language": "pt-BR", "entity": None, **report}}
    return run


def test_the_page_runs_nothing_and_asks_for_nothing(an_ordinary_run) -> None:
    page = Page(html_of(an_ordinary_run))

    assert set() == page.tags.keys() & {
        "script", "link", "img", "iframe", "object", "embed", "form", "base", "video", "audio",
    }  # fmt: skip
    addresses = [
        value
        for _, name, value in page.attributes
        if name in ("href", "src", "srcset", "action", "data", "poster", "xlink:href")
    ]
    assert [] == [value for value in addresses if not value.startswith("#")]
    names = {name for _, name, _ in page.attributes}
    assert [] == [name for name in names if name.startswith("on") or name == "style"]
    assert "url(" not in page.style and "@import" not in page.style
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert (
        "meta",
        "content",
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    ) in page.attributes


def test_texts_from_outside_are_texts_whatever_they_hold(a_run) -> None:
    for number, payload in enumerate(MARKUP):
        texts = dict.fromkeys(("merchant_reference", "explanation", "statement_file"), payload)
        a_run.a_discrepancy(number, psp_reference=payload, **texts)
        a_run.a_pending_item(psp_reference=payload, ledger_id=f"ledger-{number}")

    page = Page(html_of(a_run))

    assert (1, 0, 0) == (page.tags["h1"], page.tags["script"], page.tags["img"])
    shown = [row[0] for row in page.rows if row]
    for payload in MARKUP:
        assert f"ledger: {payload}" in shown
        told = f"{payload} · {payload} · amount_mismatch · {payload} · {payload}, row 12"
        assert told in shown


def test_what_turns_the_direction_of_a_text_is_shown_as_its_code(a_run) -> None:
    a_run.a_discrepancy(psp_reference="order\u202e0001\u200b\x07")

    page = Page(html_of(a_run))

    details = [row[0] for row in page.rows if len(row) == 1]
    assert ["order[U+202E]0001[U+200B][U+0007]"] == [each.split(" · ")[0] for each in details]


def test_the_two_sides_come_to_one_adjusted_balance(an_ordinary_run) -> None:
    an_ordinary_run.a_discrepancy(
        2, aspect="existence", kind="missing_in_statement", statement_minor=None,
        ledger_minor=900, delta_minor=-900, exposure_minor=900,
    )
    an_ordinary_run.a_discrepancy(
        3, aspect="existence", kind="missing_in_ledger", statement_minor=250, ledger_minor=None,
        delta_minor=250, exposure_minor=250,
    )
    an_ordinary_run.totals[0].update(statement_minor=99395, existence_minor=-650)

    page = Page(html_of(an_ordinary_run))

    assert [
        ["Gross, in the currency of the payment", "EUR"],
        ["Balance per ledger", "1,050.00"],
        ["   + on the statement, missing in the ledger", "2.50"],
        ["   ± of another amount", "0.45"],
        ["= Adjusted balance per ledger", "1,052.95"],
        ["Balance per PSP", "993.95"],
        ["   + in the ledger, missing on the statement", "9.00"],
        ["   + in the ledger, not yet due on the statement", "50.00"],
        ["= Adjusted balance per PSP", "1,052.95"],
        ["Unidentified difference (must be 0)", "0.00"],
    ] == page.after("Gross, in the currency of the payment")[:10]


def test_what_no_item_explains_is_a_line_of_its_own(an_ordinary_run) -> None:
    an_ordinary_run.totals[0].update(statement_minor=100046, residual_minor=1)

    content = html_of(an_ordinary_run)

    page = Page(content)
    assert ["Unidentified difference (must be 0)", "0.01"] in page.after("Balance per ledger")
    assert b'<tr class="bad"><td class="text"><bdi>Unidentified difference' in content


def test_timing_items_stand_apart_from_errors_with_the_day_by_which_they_clear(
    an_ordinary_run,
) -> None:
    an_ordinary_run.a_discrepancy(2, kind="fee_mismatch", aspect="fee", exposure_minor=3)
    an_ordinary_run.a_discrepancy(3, kind="tax_mismatch", aspect="fee", exposure_minor=4)
    an_ordinary_run.a_discrepancy(
        4, kind="statement_gap", aspect="source", currency=None, exposure_minor=None, delta_minor=0
    )

    page = Page(html_of(an_ordinary_run))

    assert [
        ["Category", "Currency", "Items", "Amount", "Clears"],
        ["Timing: only on the ledger so far", "EUR", "1", "50.00", "2026-11-20"],
        ["Timing: only on the statement so far", "JPY", "1", "-700", "2026-11-20"],
        ["Amount", "EUR", "1", "0.45", "when it is answered"],
        ["Fee or tax", "EUR", "2", "0.07", "when it is answered"],
        ["Statement missing or refused", "1", "unknown", "when it is answered"],
    ] == page.after("Category")[:6]


def test_every_kind_has_a_category() -> None:
    categorised = [kind for kinds in CATEGORIES.values() for kind in kinds]
    assert sorted(kind.name for kind in KINDS) == sorted(categorised)


def test_ages_are_told_by_kind_in_number_and_money(a_run) -> None:
    """To the 19th in Amsterdam: 1 and 2 days are apart, and so are 7 and 8, and 30 and 31."""
    for number, day in enumerate(("11-18", "11-17", "11-12", "11-11", "10-20", "10-19")):
        a_run.a_discrepancy(number, exposure_minor=10**number, occurred_at=f"2026-{day} 12:00Z")
    a_run.a_discrepancy(7, kind="fee_mismatch", aspect="fee", occurred_at="2026-11-19 00:00Z")

    page = Page(html_of(a_run))

    ages = ["1: 0.01", "2: 1.10", "2: 110.00", "1: 1,000.00", "6", "1,111.11"]
    assert ["amount_mismatch  EUR", *ages] in page.rows
    assert ["fee_mismatch  EUR", "1: 0.45", "", "", "", "1", "0.45"] in page.rows


def test_the_page_lists_the_largest_and_the_oldest_of_each_currency_and_says_where_the_rest_is(
    a_run, monkeypatch
) -> None:
    monkeypatch.setattr(item_blocks, "LARGEST_MAX", 2)
    monkeypatch.setattr(item_blocks, "OLDEST_MAX", 1)
    for number, (day, minor, currency) in enumerate(
        [("17", 500, "EUR"), ("16", 400, "EUR"), ("15", 300, "EUR"), ("02", 1, "EUR"),
         ("18", 7, "JPY")]
    ):  # fmt: skip
        a_run.a_discrepancy(
            number, psp_reference=f"payment-{number}", exposure_minor=minor, currency=currency,
            occurred_at=f"2026-11-{day} 12:00Z",
        )  # fmt: skip

    page = Page(html_of(a_run))

    listed = [
        (row[0], row[1], row[5], detail[0].split(" · ")[0])
        for row, detail in pairwise(page.rows)
        if row[0].startswith("Amount, ")
    ]
    assert [
        ("Amount, EUR", "2", "5.00", "payment-0"),
        ("Amount, EUR", "3", "4.00", "payment-1"),
        ("Amount, EUR", "17", "0.01", "payment-3"),
        ("Amount, JPY", "1", "7", "payment-4"),
    ] == listed
    assert (
        "4 of 5 open discrepancies. All of them, and what this run resolved, are in "
        "discrepancies.csv and in the sheet Discrepancies of discrepancies.xlsx."
    ) in page.texts


def test_an_event_on_several_legs_is_listed_once(a_run) -> None:
    a_run.a_discrepancy(1, leg="gateway_statement", shown_under="gateway_statement")
    a_run.a_discrepancy(2, shown_under="gateway_statement")

    page = Page(html_of(a_run))

    assert 1 == sum(row[0].startswith("Amount, ") for row in page.rows)


def test_the_course_of_money_at_risk_has_the_runs_before_this_one(an_ordinary_run) -> None:
    an_ordinary_run.previous.append({"exposure_minor": 8000, "delta_minor": 8000})

    content = html_of(an_ordinary_run).decode()

    assert "Money at risk over the last 2 runs, EUR" in content
    assert "From EUR 80.00 to EUR 0.45; the highest was EUR 80.00." in content
    assert "limit EUR 1,000.00" in content


def test_every_chart_says_in_words_what_it_shows(an_ordinary_run) -> None:
    page = Page(html_of(an_ordinary_run))

    assert page.tags["svg"] == page.tags["desc"] == page.tags["title"] - 1 == 2
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    labelled = [value for tag, name, value in page.attributes if name == "aria-labelledby"]
    assert {word for value in labelled for word in value.split()} <= set(ids)


def test_a_report_is_written_in_the_language_of_its_psp(an_ordinary_run) -> None:
    in_portuguese(an_ordinary_run, entity="Northwind Brasil Ltda.")
    an_ordinary_run.header["verdict_reasons"] = ["1 discrepancy is open", "2 items are pending"]

    folder = Path(write_discrepancy_report(an_ordinary_run.write()))

    page = Page((folder / HTML).read_bytes())
    assert ("html", "lang", "pt-BR") in page.attributes
    assert "Conciliação de Adyen, conta NorthwindEU" in page.texts
    assert "Divergências abertas por tipo e idade: 1; com mais de 30 dias: 0." in page.described
    assert {"Entidade", "Northwind Brasil Ltda."} <= set(page.texts)
    assert ["1 divergência está aberta", "2 itens estão pendentes"] == [
        text for text in page.texts if text.startswith(("1 div", "2 itens"))
    ]
    assert ["Saldo conforme o razão", "1.050,00"] in page.after("Saldo conforme o razão")
    assert "€ -" not in "".join(page.texts + page.described) and "-€ 49,55" in page.texts
    assert ["Prazo: por ora só em razão", "EUR", "1", "50,00", "20/11/2026"] in page.after(
        "Categoria"
    )
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert "1 discrepancy is open" == manifest["verdict_reasons"][0]
    assert b"amount_mismatch,new,open" in (folder / "discrepancies.csv").read_bytes()


def test_rules_of_a_time_before_languages_give_an_english_report(an_ordinary_run) -> None:
    rules = config.load().psp(PSP).rules()
    an_ordinary_run.rules["psp"] = {name: rules[name] for name in rules if name != "report"}

    assert "Reconciliation of Adyen, account NorthwindEU" in Page(html_of(an_ordinary_run)).texts


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_the_pdf_says_the_same_as_the_html(an_ordinary_run, language: str) -> None:
    in_portuguese(an_ordinary_run, language=language)
    an_ordinary_run.a_discrepancy(2, psp_reference="<b>bold</b> \u202e & (x)")

    folder = Path(write_discrepancy_report(an_ordinary_run.write()))

    page = Page((folder / HTML).read_bytes())
    reader = pypdf.PdfReader(folder / PDF, strict=True)
    drawn = "".join("".join(sheet.extract_text().split()) for sheet in reader.pages)
    shown = [cell for row in page.rows for cell in row] + page.texts
    missing = [
        cell for cell in shown if "".join(cell.replace("−", "–").split()) not in drawn
    ]
    assert [] == missing
    assert "<b>bold</b>[U+202E]&(x)" in drawn
    assert "/JavaScript" not in str(reader.trailer["/Root"])


def test_both_pages_are_in_the_manifest_with_their_hashes(an_ordinary_run) -> None:
    folder = Path(write_discrepancy_report(an_ordinary_run.write()))

    manifest = json.loads((folder / "manifest.json").read_bytes())
    listed = {file["name"]: file["sha256"] for file in manifest["files"]}
    for name in (HTML, PDF):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == listed[name]
    assert 2 == manifest["manifest_version"]


@pytest.mark.slow
def test_200_000_discrepancies_make_small_pages_in_under_200_mb(an_ordinary_run) -> None:
    """By more of them nothing grows but the CSV: 1,000,000 were measured once, docs/reports.md."""
    attempt_id = an_ordinary_run.write()
    many_discrepancies(an_ordinary_run, attempt_id, MANY)

    folder, megabytes = folder_and_megabytes(attempt_id)

    assert (folder / HTML).stat().st_size < 1_000_000
    assert (folder / PDF).stat().st_size < 2_000_000
    texts = Page((folder / HTML).read_bytes()).texts
    assert 1 == sum(f"of {MANY + 1:,} open discrepancies" in text for text in texts)
    assert megabytes < 200


def many_discrepancies(run: HandMadeRun, attempt_id: int, number: int) -> None:
    """So many more discrepancies in the workspace of an attempt, of four kinds and currencies."""
    run.session.execute(
        sql.SQL("set search_path = {}, internal").format(sql.Identifier(f"work_{attempt_id}"))
    )
    run.session.execute(
        "insert into work_discrepancies (discrepancy_id, event_id, account_id, leg, shown_under,"
        " aspect, kind, change, status, episode, severity, currency, statement_minor, ledger_minor,"
        " delta_minor, exposure_minor, psp_reference, merchant_reference, occurred_at, due_at,"
        " due_on, explanation, statement_file, statement_row, payment_key)"
        " select encode(sha256(number::text::bytea), 'hex'), encode(sha256(number::text::bytea),"
        " 'hex'), %s, 'ledger_statement', 'ledger_statement', 'existence',"
        " (array['missing_in_ledger', 'missing_in_statement', 'status_mismatch',"
        " 'amount_mismatch'])[number %% 4 + 1], 'new', 'open', 1, 'high',"
        " (array['EUR', 'BRL', 'USD', 'JPY'])[number %% 4 + 1], number, null, number, number,"
        " '88355112' || number, 'order-' || number, timestamptz '2026-11-19 08:00Z' -"
        " number %% 60 * interval '1 day', '2026-11-19 08:00Z', '2026-11-19',"
        " 'on the statement, and not in the ledger', 'batch_7.csv', number, number::text"
        " from generate_series(1, %s) as number",
        [run.account_id, number],
    )
    run.session.commit()
