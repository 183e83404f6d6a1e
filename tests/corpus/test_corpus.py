"""The corpus through the real gate: every file has exactly the verdict that it deserves."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from include.reconciliation.statement_check.trial import Trial, trial
from include.reconciliation.statement_check.trial import Verdict as Found
from include.reconciliation.statements.formats import FORMATS
from include.reconciliation.statements.reasons import REASON_CODES
from tests.corpus import corpus
from tests.corpus.cases import Accepted, File, Refused, SeenBefore, Verdict

STATEMENTS = "include.reconciliation.statements"
# Reasons that a file alone can't give.
NOT_OF_A_FILE = {
    "currency_not_configured": "a trial knows no configuration",
    "outside_range": "of files only a list of Pix repeats the range that was asked for",
}


@pytest.mark.slow
def test_every_file_has_the_verdict_that_it_deserves(databases, tmp_path: Path) -> None:
    wrong = []
    with trial(FORMATS) as attempt:
        for number, file in enumerate(corpus.files(), 1):
            path = tmp_path / f"{number:04}"
            path.write_bytes(file.content)
            found = _verdicts(attempt, path, file)
            if list(file.verdicts) != found:
                wrong.append(f"{file.name}: deserves {file.verdicts}, has {found}")

    assert [] == wrong, "\n" + "\n".join(wrong)


def test_the_corpus_is_large_and_has_every_format_and_every_reason() -> None:
    made = list(corpus.files())

    seen_again = [file for file in made if SeenBefore() in file.verdicts]
    digests = {hashlib.sha256(file.content).digest() for file in made}
    assert len(made) - len(seen_again) == len(digests) >= 250
    assert [] == [name for name, times in Counter(file.name for file in made).items() if times > 1]
    verdicts = [(file.format, verdict) for file in made for verdict in file.verdicts]
    given = {verdict.reason_code for _, verdict in verdicts if isinstance(verdict, Refused)}
    assert REASON_CODES.keys() - NOT_OF_A_FILE.keys() == given
    for kind in (Accepted, Refused):
        assert FORMATS.keys() <= {format_ for format_, verdict in verdicts if type(verdict) is kind}


def test_the_same_seed_makes_the_same_bytes() -> None:
    assert list(corpus.files()) == list(corpus.files())


def _verdicts(attempt: Trial, path: Path, file: File) -> list[Verdict]:
    format_ = None if file.as_format is None else FORMATS[file.as_format]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in file.limits:
            patch.setattr(f"{STATEMENTS}.{name}", value)
        found = attempt.check(path, format_, currency=file.currency, zone=file.zone)
        # As many as are expected and more are looked at in turn, since lines are read meanwhile.
        expected = [*file.verdicts, *[None] * 100]
        return [
            _as(like, verdict, attempt, file)
            for like, verdict in zip(expected, found, strict=False)
        ]


def _as(like: Verdict | None, found: Found, attempt: Trial, file: File) -> Verdict:
    """What was found, with no more said of it than of what was expected."""
    if found.error is not None:
        wants_row = isinstance(like, Refused) and like.row is not None
        return Refused(found.error.reason_code, found.error.row if wants_row else None)
    if found.statement_id is None:
        return SeenBefore()
    assert file.format in (found.format, None), (file.name, found.format)
    accepted = like if isinstance(like, Accepted) else Accepted(0)
    lines = list(attempt.lines(found))
    net: Counter[str] = Counter()
    for line in lines:
        net[line["net_currency"]] += line["net_minor"]
    return Accepted(
        len(lines),
        accepted.net and tuple(sorted(net.items())),
        accepted.booked and tuple(f"{line['booked_at']:%Y-%m-%dT%H:%M:%SZ}" for line in lines),
        accepted.key and found.statement_key,
    )
