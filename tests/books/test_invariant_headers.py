"""What a file of an invariant says of itself, and what is refused."""

from datetime import timedelta

import pytest

from include.reconciliation.cadence import Cadence
from include.reconciliation.edges.invariant_files import books, invariants_of
from include.reconciliation.errors import ConfigurationError
from include.reconciliation.invariants import AlertPer, Scope, invariant

TEXT = """-- Which wallets are below zero?
--
-- Grain:    one row per wallet.
-- Binds:    none.
-- Reads:    wallets, entries.
-- Severity: critical
-- Scope:    full
-- Every:    hour
-- Allowed:  3 rows
-- Alert:    one per object
-- Escalate: after 15 minutes to the
--           treasury
-- Do:       Freeze it.
-- Asked by: runbook 003
select 1
"""


def test_a_header_says_all_that_follows_from_a_broken_sentence():
    made = invariant("book", "no_wallet_is_below_zero", TEXT)

    assert "Which wallets are below zero?" == made.question
    assert ("no wallet is below zero", "critical") == (made.sentence, made.severity)
    assert (("wallets", "entries"), Scope.FULL, 3) == (made.reads, made.scope, made.rows_allowed)
    assert Cadence.HOUR is made.cadence
    assert (AlertPer.OBJECT, timedelta(minutes=15)) == (made.alert_per, made.escalate_after)
    assert ("the treasury", "Freeze it.") == (made.escalate_to, made.action)
    assert ("runbook 003", TEXT) == (made.asked_by, made.query)


@pytest.mark.parametrize(
    ("text", "after", "to"),
    [
        ("never", None, None),
        ("at once to senior engineering", timedelta(0), "senior engineering"),
        ("after 10 minutes to on-call", timedelta(minutes=10), "on-call"),
    ],
)
def test_it_goes_to_somebody_else_at_once_later_or_never(text, after, to):
    made = invariant("b", "x", TEXT.replace("after 15 minutes to the\n--           treasury", text))

    assert (after, to) == (made.escalate_after, made.escalate_to)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("-- Do:       Freeze it.\n", "", "its header lacks Do"),
        ("-- Which wallets are below zero?\n", "", "its header lacks the question"),
        ("critical", "terrible", "Severity: expected one of info, warning, high, critical"),
        ("full", "sometimes", "Scope: expected one of recent, full; found 'sometimes'"),
        ("hour", "fortnight", "Every: expected one of 5 minutes, hour, day; found 'fortnight'"),
        ("hour", "15 minutes", "Every: expected one of 5 minutes, hour, day; found '15 minutes'"),
        ("-- Every:    hour\n", "", "its header lacks Every"),
        ("3 rows", "a few", "Allowed: expected as many as '0 rows'; found 'a few'"),
        ("one per object", "many", "Alert: expected one of one per check, one per object"),
        ("after 15 minutes to", "soon to", "Escalate: expected never, at once to SOMEBODY or"),
    ],
)
def test_a_header_that_says_it_otherwise_is_refused_by_name(old, new, complaint):
    with pytest.raises(ConfigurationError) as refusal:
        invariant("book", "sentence", TEXT.replace(old, new))

    assert complaint in str(refusal.value)
    assert "include/sql/invariants/book/sentence.sql" in str(refusal.value)


def test_where_a_relation_is_named_its_query_is_put_in_brackets():
    text = TEXT.replace("select 1\n", "with\n\nbroken as {broken}\n\nselect * from broken\n")
    relations = {
        "broken": "-- Which are broken?\n--\n-- Binds:   none.\nselect * from {all} as every_one\n",
        "all": "-- Which are there?\nselect id\nfrom wallets\n",
    }

    made = invariant("book", "sentence", text, relations)

    asked = made.query.removeprefix(text.partition("with\n")[0])
    assert (
        "with\n\nbroken as (\nselect * from (\nselect id\nfrom wallets\n) as every_one\n)\n\n"
        "select * from broken\n"
    ) == asked


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("{nobody}", "expected a relation, itself; found {nobody}"),
        ("{itself}", "expected a relation, none; found {itself}"),
    ],
)
def test_a_relation_that_is_not_there_or_stands_in_itself_is_refused_by_name(place, complaint):
    text = TEXT.replace("select 1", "select 1 from {place}").replace("{place}", place)
    with pytest.raises(ConfigurationError) as refusal:
        invariant("book", "sentence", text, {"itself": "select * from {itself} as again"})

    assert complaint in str(refusal.value)
    assert "include/sql/invariants/book/sentence.sql" in str(refusal.value)


def test_what_stands_in_the_header_or_in_quotes_of_json_is_left_alone():
    text = TEXT.replace("Freeze it.", "Freeze {it}.").replace("select 1", "select '{}'")

    assert text == invariant("book", "sentence", text).query


def test_the_name_of_a_file_is_a_sentence_in_lower_case():
    with pytest.raises(ConfigurationError, match="the name is a sentence"):
        invariant("book", "Sum-Zero", TEXT)


@pytest.mark.parametrize("book", books())
def test_every_book_has_sentences_and_each_of_them_can_be_read(book):
    assert invariants_of(book)
