"""Every sentence with which a run explains a discrepancy is there in the reader's language."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from include.reconciliation import coverage
from include.reconciliation.edges.warehouse import SQL_FOLDER
from include.reconciliation.report.explanations import EXPLANATIONS, explanation, is_known
from include.reconciliation.report.language import language

ENGLISH, PORTUGUESE = language("en"), language("pt-BR")
# A file writes explanations when it writes one of these.
WRITES = re.compile(
    r"(insert into|update|create unlogged table) work_(findings|sum_notes|told_findings)\b"
    r"|insert into work_discrepancies\b|create unlogged table work_discrepancies\b"
)
WRITERS = sorted(
    path for path in SQL_FOLDER.rglob("*.sql") if WRITES.search(path.read_text(encoding="utf-8"))
)
# Words of the SQL between quotes that are no sentences: slots of ids and dates' layouts.
NO_SENTENCES = {"failed payout"}
# Where SQL names a side itself, its name stands in the sentence.
SIDES = ("{}", "statement", "ledger", "gateway")
WORDS = "".join(
    re.sub(r"\{(other_)?side\}", side, text) + "\n" for text in EXPLANATIONS for side in SIDES
)


def fragments(sql: str) -> set[str]:
    """Texts between quotes that have words and a space; a place of format() parts them."""
    code = re.sub(r"--.*", "", sql)
    literals = {found.replace("''", "'") for found in re.findall(r"'((?:[^']|'')*)'", code)}
    parts = {part for literal in literals for part in re.split(r"%%s|%s", literal)}
    return {part for part in parts if re.search(r"[a-z]{2}", part) and " " in part} - NO_SENTENCES


@pytest.mark.parametrize("path", WRITERS, ids=lambda path: path.stem)
def test_each_word_that_sql_puts_into_an_explanation_is_of_a_known_sentence(path: Path) -> None:
    said = {part.strip(":;, ()\"") for part in fragments(path.read_text(encoding="utf-8"))}

    assert [] == sorted(part for part in said if part not in WORDS)


def test_each_sentence_about_a_gap_is_a_known_one() -> None:
    tree = ast.parse(inspect.getsource(coverage))
    calls = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Gap"
    ]  # fmt: skip
    written = [
        part.value
        for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
        for part in node.values if isinstance(part, ast.Constant) and " " in str(part.value)
    ]  # fmt: skip
    said = {str(text).strip(":;, ") for text in written} - {"(file", "statement", "day", "before"}

    assert 7 <= len(calls)
    assert [] == sorted(text for text in said if text and text not in WORDS)


@pytest.mark.parametrize(
    ("recorded", "portuguese"),
    [
        ("statement 1234.50 BRL, ledger nothing", "extrato: R$ 1.234,50; razão: nada"),
        (
            "statement 100.00 EUR, ledger 98.00 EUR: statement above ledger by 2.00 EUR"
            "; 2.00 EUR of it is corrected, and waits for the ledger",
            "extrato: € 100,00; razão: € 98,00; extrato maior que razão em € 2,00"
            "; € 2,00 dela está corrigido, e aguarda o razão",
        ),
        (
            "booked on 2026-11-09, late: the rule gives 2026-11-06",
            "lançado em 09/11/2026, atrasado: a regra dá 06/11/2026",
        ),
        (
            "ledger 10.00 EUR, no statement line though 2026-11-09 is covered; nearest sum: 1 line "
            "of 30.00 EUR against 2 ledger rows of 29.00 EUR; was matched by its sum, but another "
            "sum fits as well",
            "razão: € 10,00; nenhuma linha do extrato, embora 09/11/2026 esteja coberto; soma mais "
            "próxima: 1 linha de € 30,00 contra 2 linhas do razão de € 29,00; estava conciliada "
            "pela soma, mas outra soma também serve",
        ),
        (
            "settled 91.00 EUR for 100.00 USD: ecb of 2026-11-09 has EUR/USD 1.0850, which gives "
            "92.17 EUR; off by more than 50 basis points",
            "liquidado € 91,00 por US$ 100,00: ecb de 09/11/2026 tem EUR/USD 1,0850, o que dá "
            "€ 92,17; diferença acima de 50 pontos-base",
        ),
        (
            "3 sums fit and not all can be true: 10.00 EUR + 5.00 EUR = 15.00 EUR; 15.00 EUR = "
            "15.00 EUR; and others",
            "3 somas servem e nem todas podem ser verdadeiras: € 10,00 + € 5,00 = € 15,00; € 15,00 "
            "= € 15,00; e outras",
        ),
        (
            'statement line of unknown type "Fee; other": -5 JPY',
            'extrato: linha de tipo desconhecido "Fee; other": -JP¥ 5',
        ),
        ("a sentence of another time", "a sentence of another time"),
    ],
)
def test_an_explanation_is_told_in_the_readers_language(recorded: str, portuguese: str) -> None:
    said = explanation(PORTUGUESE, recorded).replace("\xa0", " ")

    assert (recorded, portuguese) == (explanation(ENGLISH, recorded), said)


def test_a_reference_with_words_of_a_sentence_does_not_change_it() -> None:
    recorded = "ledger row x was 1.00 EUR of 5.00 EUR is gone"

    assert is_known(recorded)
    assert "razão: a linha x was 1.00 EUR de € 5,00 sumiu" == explanation(PORTUGUESE, recorded)


def test_what_is_no_sentence_of_a_run_is_not_known() -> None:
    assert not is_known("statement 1.00 EUR, ledger nothing; and something nobody wrote")
