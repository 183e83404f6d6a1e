"""The page that finance signs, of runs that really were: over several, and in Portuguese."""

import shutil
from pathlib import Path

import pytest

from include.reconciliation import config
from include.reconciliation.errors import ConfigurationError, RequestError
from include.reconciliation.report.page_facts import PAGE_FACTS
from include.reconciliation.report.pages import HTML, PAGES
from include.reconciliation.steps import report_pages
from include.reconciliation.verify import verify
from tests.report.test_pages import Page
from tests.scenarios.conftest import CONFIGURATION, STEPS, Desk, a_line
from tests.scenarios.test_proof_folders import reseal

DAYS = ("2026-03-02", "2026-03-05", "2026-03-06", "2026-03-07")


def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: str) -> None:
    """The PSP of the desk, with a table `report`."""
    file = tmp_path / "psps_report.toml"
    file.write_text(f"{CONFIGURATION}\n[psp.report]\n{report}\n", encoding="utf-8")
    monkeypatch.setenv("RECONCILIATION_CONFIG", str(file))


def report_of(desk: Desk, first: str, last: str) -> Path:
    attempt_id = desk.begin(f"{first}T00:00:00Z", f"{last}T00:00:00Z")
    return Path([step(attempt_id) for step in STEPS][-1])


def test_the_page_of_a_real_run_closes_from_both_sides_and_its_folder_holds(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.ledger("L2", 700, payment="P2", event="C2")
    desk.batch(1, a_line(), a_line(payment="P6", event="C6", amount="6.00"))

    folder = report_of(desk, *DAYS[:2])

    page = Page((folder / HTML).read_bytes())
    assert [
        ["Balance per ledger", "107.00"],
        ["   + on the statement, missing in the ledger", "6.00"],
        ["= Adjusted balance per ledger", "113.00"],
        ["Balance per PSP", "106.00"],
        ["   + in the ledger, missing on the statement", "7.00"],
        ["= Adjusted balance per PSP", "113.00"],
        ["Unidentified difference (must be 0)", "0.00"],
    ] == page.after("Balance per ledger")[:7]
    assert [] == verify(folder)[0]


def test_the_course_has_every_run_of_the_chain_up_to_this_one(desk: Desk) -> None:
    desk.ledger("L1", 10000)
    desk.batch(1, a_line(), a_line(payment="P6", event="C6", amount="6.00"))
    report_of(desk, *DAYS[:2])
    lost = a_line(payment="P7", event="C7", amount="9.00")
    desk.batch(2, lost, booked="2026-03-04 21:00:00")
    report_of(desk, *DAYS[1:3])
    desk.ledger("L6", 600, payment="P6", event="C6")

    folder = report_of(desk, *DAYS[2:])

    described = Page((folder / HTML).read_bytes()).described
    assert "Money at risk over the last 3 runs, EUR" in described
    assert "From EUR 6.00 to EUR 9.00; the highest was EUR 15.00." in described


def test_a_run_of_a_portuguese_psp_is_told_in_portuguese(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tmp_path, monkeypatch, 'language = "pt-BR"\nentity = "Northwind Brasil Ltda."')
    desk.ledger("L1", 123_456_700)
    desk.batch(1, a_line(payment="P6", event="C6", amount="6.00"))

    folder = report_of(desk, *DAYS[:2])

    page = Page((folder / HTML).read_bytes())
    assert "2 divergências estão abertas" in page.texts
    assert ["Saldo conforme o razão", "1.234.567,00"] == page.after("Saldo conforme o razão")[0]
    assert "Northwind Brasil Ltda." in page.texts
    assert [] == verify(folder)[0]


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ('language = "pt"', "language is 'en' or 'pt-BR', not 'pt'"),
        ("language = 1", "language must be a text, found 1"),
        ('tongue = "en"', r"unknown keys \['tongue'\]"),
    ],
)
def test_what_is_wrong_with_a_report_table_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: str, said: str
) -> None:
    configure(tmp_path, monkeypatch, report)

    with pytest.raises(ConfigurationError, match=rf"psp 1 \(adyen\), report: {said}"):
        config.load()


def asked_in(desk: Desk, language: str | None, name: str) -> Path:
    """The folder of a dry run over two days whose form asks for that language."""
    window = (f"{day}T00:00:00Z" for day in DAYS[:2])
    attempt_id = desk.begin(*window, name, dry_run=True, language=language)
    return Path([step(attempt_id) for step in STEPS][-1])


def test_pages_in_another_language_lie_beside_the_same_proof(desk: Desk) -> None:
    desk.ledger("L1", 123_456_700)
    desk.batch(1, a_line(payment="P6", event="C6", amount="6.00"))
    english = asked_in(desk, None, "first")
    proof = {path.name: path.read_bytes() for path in english.iterdir()}

    portuguese = asked_in(desk, "pt-BR", "second")

    assert english == portuguese
    assert proof == {path.name: path.read_bytes() for path in portuguese.iterdir()}
    assert [] == verify(portuguese)[0]
    beside = portuguese.with_name(f"{portuguese.name}.pt-BR")
    assert sorted(PAGES) == sorted(path.name for path in beside.iterdir())
    page = Page((beside / HTML).read_bytes())
    assert ("html", "lang", "pt-BR") in page.attributes
    text = (beside / HTML).read_text(encoding="utf-8")
    assert "falta no razão (missing_in_ledger) · extrato: € 6,00; razão: nada" in text


def test_the_language_that_the_psp_has_anyway_adds_no_pages(desk: Desk) -> None:
    desk.batch(1, a_line())

    folder = asked_in(desk, "en", "only")

    assert [folder] == list(folder.parent.iterdir())


def test_pages_that_are_written_again_from_the_folder_have_the_same_bytes(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.ledger("L1", 123_456_700)
    desk.batch(1, a_line(payment="P6", event="C6", amount="6.00"))
    folder = asked_in(desk, "pt-BR", "only")
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)

    codes = [report_pages.main([str(copy), "--language", each]) for each in ("en", "pt-BR")]

    assert [0, 0] == codes
    english, portuguese = map(Path, capsys.readouterr().out.split())
    beside = folder.with_name(f"{folder.name}.pt-BR")
    for name in PAGES:
        assert (folder / name).read_bytes() == (english / name).read_bytes()
        assert (beside / name).read_bytes() == (portuguese / name).read_bytes()


def test_a_form_with_an_unknown_language_is_refused(desk: Desk) -> None:
    with pytest.raises(RequestError, match="language is 'en' or 'pt-BR', not 'pt_BR'"):
        desk.begin("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z", language="pt_BR")


def test_pages_are_not_made_from_figures_that_somebody_changed(desk: Desk) -> None:
    desk.batch(1, a_line())
    folder = asked_in(desk, None, "only")
    figures = folder / PAGE_FACTS
    figures.write_bytes(figures.read_bytes().replace(b'"entity":null', b'"entity":"Other"'))

    with pytest.raises(RequestError, match="is not the one that its manifest names"):
        report_pages.write_report_pages(folder, "pt-BR")


def test_a_folder_without_a_manifest_is_no_report_to_write_pages_of(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="is no report whose pages can be written"):
        report_pages.write_report_pages(tmp_path, "pt-BR")


def test_what_lies_in_the_place_of_the_pages_is_neither_followed_nor_written_over(
    desk: Desk, tmp_path: Path
) -> None:
    desk.batch(1, a_line())
    folder = asked_in(desk, None, "only")
    beside = folder.with_name(f"{folder.name}.pt-BR")
    beside.write_text("mine")
    with pytest.raises(RequestError, match="is no folder, so the pages can't lie there"):
        report_pages.write_report_pages(folder, "pt-BR")
    assert beside.read_text() == "mine"

    beside.unlink()
    (tmp_path / "elsewhere").mkdir()
    beside.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RequestError, match="is no folder, so the pages can't lie there"):
        report_pages.write_report_pages(folder, "pt-BR")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        *(b"[]", b'{"version":0}', b'{"version":1}', b"[" * 100_000),
        *(b'{"version":1,"facts":{"a":1}}', b'{"version":1,"facts":[1]}'),
        b'{"version":1,"facts":{"day":{"day":"x"}}}',
    ],
)
def test_figures_of_another_shape_are_refused_in_a_sentence(desk: Desk, content: bytes) -> None:
    desk.batch(1, a_line())
    folder = asked_in(desk, None, "only")
    (folder / PAGE_FACTS).write_bytes(content)
    reseal(folder)

    with pytest.raises(RequestError, match=r"control_page\.json has .*: use the version"):
        report_pages.write_report_pages(folder, "pt-BR")


def test_a_manifest_without_end_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b"[" * 100_000)

    with pytest.raises(RequestError, match="is no report whose pages can be written"):
        report_pages.write_report_pages(tmp_path, "pt-BR")
