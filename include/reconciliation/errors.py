"""Every error that the project raises on purpose, in one tree.

    ReconciliationError
    ├── Final                    repeating can't help: Airflow fails the task at once
    │   ├── ConfigurationError   an entry of psps.toml or a setting is wrong (yours to mend)
    │   ├── RequestError         what the trigger form asks for can't be done
    │   ├── StatementError       a statement is refused whole; carries reason code and place
    │   ├── SourceError          a ledger or gateway answers something that breaks its contract
    │   ├── Broken               a sentence that must be true of a book is not
    │   ├── FormatCannotCarry    a simulated statement has no place in a format (the lab's)
    │   └── CodeChangedError     the code is not the one that this attempt began with
    ├── Transient                repeating may help: Airflow retries with a back-off
    │   ├── ProviderUnavailable  the PSP does not answer, or asks to wait
    │   └── HeadMoved            another run published meanwhile
    └── Paused                   somebody paused the PSP: Airflow shows the rest as skipped

A message says what and where, what was expected, what was found, and what to do next.
"""

from __future__ import annotations

from datetime import timedelta


class ReconciliationError(Exception):
    """Anything that this project raises on purpose."""


class Final(ReconciliationError):
    """Repeating the same step can't help."""


class Transient(ReconciliationError):
    """Repeating the same step later may help."""


class ConfigurationError(Final):
    """An entry of the configuration is wrong; names the entry and what is accepted."""


class RequestError(Final):
    """A run was asked for that can't be made; says which field and why."""


class SourceError(Final):
    """A source database answers something that breaks its documented contract."""


class Broken(Final):
    """A sentence that must be true of a book is not; its rows and its alert are kept already."""


class CodeChangedError(Final):
    """The code on disk is not the one that the attempt recorded."""


class ProviderUnavailable(Transient):
    """A PSP can't be reached or asks to wait; `retry_after` when it said how long."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class HeadMoved(Transient):
    """The head that a run was matched against is no longer the head."""


class Paused(ReconciliationError):
    """A pause stops this run; says who paused it, since when and why."""


class StatementError(Final):
    """A statement is refused whole.

    `reason_code` is one word of `statements.REASON_CODES`; the message names file, row, column,
    expected and found. What to do next is the reason's own, unless `next_step` says it better.
    """

    def __init__(
        self,
        reason_code: str,
        problem: str,
        *,
        file: str,
        row: int | None = None,
        column: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        next_step: str | None = None,
    ) -> None:
        place = [f"file {file}"]
        if row is not None:
            place.append(f"row {row}")
        if column is not None:
            place.append(f"column {column!r}")
        parts = [f"{', '.join(place)}: {problem}"]
        if expected is not None:
            parts.append(f"expected {expected}")
        if found is not None:
            parts.append(f"found {found}")
        if next_step is not None:
            parts.append(next_step)
        super().__init__("; ".join(parts))
        self.reason_code = reason_code
        self.next_step = next_step
        self.file = file
        self.row = row
        self.column = column
