"""Every text of the report is there in every language, with the same places for values."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from include.reconciliation import report
from include.reconciliation.causes import EXPLAINED
from include.reconciliation.edges.cause_files import causes
from include.reconciliation.kinds import KINDS
from include.reconciliation.legs import GATEWAY_LEGS, PAYOUT_LEGS
from include.reconciliation.report.language import Language, language
from include.reconciliation.report.names import ACTION_NAMES, KIND_NAMES
from include.reconciliation.report.recorded_texts import criteria, reason
from include.reconciliation.report_settings import LANGUAGES

FOLDER = Path(report.__file__).parent
OTHERS = [code for code in LANGUAGES if code != "en"]
MARKS = {"say": None, "text": None, "self": None}
EXPONENTS = {"BRL": 2, "JPY": 0, "KWD": 3}


def messages() -> set[str]:
    """What the code says, and what the tables of the core give it to say."""
    found = {
        str(message)
        for path in sorted(FOLDER.glob("*.py"))
        for _, message, _, _ in extract_from_file("python", path, keywords=MARKS)
    }
    sides = {side for leg in (*GATEWAY_LEGS, *PAYOUT_LEGS) for side in (leg.left, leg.right)}
    names = {*KIND_NAMES, *ACTION_NAMES, *(cause.title for cause in causes())}
    return found | {kind.meaning for kind in KINDS} | sides | names | set(EXPLAINED.values())


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w*\}", text))


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_has_both_languages_and_the_same_places(code: str) -> None:
    with (FOLDER / "catalogues" / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    said = {str(message.id): str(message.string) for message in catalogue if message.id}

    assert (set(), set()) == (messages() - said.keys(), said.keys() - messages())
    assert [] == [english for english, other in said.items() if places(english) != places(other)]
    assert [] == [english for english, other in said.items() if not other.strip()]


@pytest.mark.parametrize(
    ("minor", "currency", "english", "portuguese"),
    [
        (123456, "BRL", "BRL 1,234.56", "R$ 1.234,56"),
        (-5, "BRL", "BRL -0.05", "-R$ 0,05"),
        (-1234567, "JPY", "JPY -1,234,567", "-JP¥ 1.234.567"),
        (9_223_372_036_854_775_807, "BRL", "BRL 92,233,720,368,547,758.07",
         "R$ 92.233.720.368.547.758,07"),
        (1500, "KWD", "KWD 1.500", "KWD 1,500"),
        (7, "XXX", "XXX 7 minor units", "XXX 7 unidades menores"),
        (None, "BRL", "unknown", "desconhecido"),
    ],
)  # fmt: skip
def test_an_amount_is_written_as_the_reader_writes_it(
    minor: int | None, currency: str, english: str, portuguese: str
) -> None:
    said = [language(code).money(minor, currency, EXPONENTS) for code in LANGUAGES]

    assert [english, portuguese] == [text.replace("¤", currency) for text in said]


def test_days_moments_and_counts_are_written_as_the_reader_writes_them() -> None:
    moment = datetime(2026, 11, 9, 10, 5, tzinfo=UTC)

    assert [
        ("2026-11-09", "2026-11-09 10:05:00 UTC", "2026-11-09 07:05:00 (-0300)", "1,234,567"),
        ("09/11/2026", "09/11/2026 10:05:00 UTC", "09/11/2026 07:05:00 (-0300)", "1.234.567"),
    ] == [
        (
            say.day(date(2026, 11, 9)), say.moment(moment),
            say.moment_in(moment, "America/Sao_Paulo"), say.count(1_234_567),
        )
        for say in map(language, LANGUAGES)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("17 discrepancies are open", "17 divergências estão abertas"),
        ("1 item is pending", "1 item está pendente"),
        ("a reason of another time", "a reason of another time"),
    ],
)  # fmt: skip
def test_the_reasons_of_a_verdict_are_in_the_readers_language(recorded: str, said: str) -> None:
    assert (recorded, said) == (
        reason(language("en"), recorded), reason(language("pt-BR"), recorded)
    )  # fmt: skip


def test_a_tolerance_is_told_in_the_readers_language() -> None:
    say = Language("pt-BR")

    assert "no máximo 50 unidades menores e 1 %" == criteria(say, "at most 50 minor units and 1 %")
    assert "no máximo 1 dia útil" == criteria(say, "at most 1 business day")
