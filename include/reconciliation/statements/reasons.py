"""Why a statement is refused: one table, from which docs/formats.md is made."""

from __future__ import annotations

from dataclasses import dataclass

from include.reconciliation.errors import StatementError
from include.reconciliation.statements.description import TEXT_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason code means, and what to do about it.

    `next_step_of_read` is what to do where the bytes were read from an API, if that is another.
    """

    code: str
    meaning: str
    next_step: str
    next_step_of_read: str | None = None


_ASK_AGAIN = "fetch the file from the PSP again and put it into the drop folder"
_ASK_PSP = "ask the PSP for a corrected statement; the refused bytes are kept for the talk"
_READ_AGAIN = "nothing: the next run reads the range again; call the PSP if it lasts"
# A file has to be put there once more, a range is read anew by itself.
_AGAIN = (_ASK_AGAIN, _READ_AGAIN)

REASONS = (
    Reason("empty", "the file has no byte, or no row after its header", *_AGAIN),
    Reason("too_large", "the file is larger than the cap of 4 GiB", "have the PSP split it"),
    Reason(
        "bad_archive",
        "a gzip or zip file is cut, has a password, or holds no file",
        *_AGAIN,
    ),
    Reason("html_page", "an HTML page came in the place of a statement", *_AGAIN),
    Reason(
        "bad_xml",
        "the XML is not well-formed, or its parts are not where the format has them: the file was "
        "cut, or edited",
        *_AGAIN,
    ),
    Reason(
        "forbidden_xml",
        "the XML declares a DOCTYPE, with which attacks begin and which no statement needs",
        "ask the sender what the file is; do not remove the declaration by hand",
    ),
    Reason(
        "beyond_limits",
        "a part is longer, or nested deeper, than in any statement; a type or a reference has at "
        f"most {TEXT_BYTES_MAX} bytes",
        "look at the file: it is damaged, or no statement",
    ),
    Reason(
        "unknown_format",
        "no format knows the content",
        "say which one it is with --format; `bin/reconciliation statement formats` lists them",
    ),
    Reason(
        "bad_encoding",
        "the bytes are not UTF-8, nor UTF-16 with its mark, nor what the format declares, or hold "
        "a NUL: a spreadsheet may have saved the file",
        f"{_ASK_AGAIN}; a provider's own encoding is declared, `encoding` in [[format]]",
        _READ_AGAIN,
    ),
    Reason("bad_header", "the header can't be read, or is not that of the format", *_AGAIN),
    Reason("duplicate_column", "a column name occurs twice", _ASK_PSP),
    Reason(
        "not_a_statement",
        "the file is an error, a test or a deletion in the form of a statement",
        _ASK_PSP,
    ),
    Reason(
        "missing_column",
        "a column that the format needs is not there",
        "add the column to the report's settings at the PSP, then deliver the file again",
    ),
    Reason(
        "malformed_row",
        "a row has too few or too many columns, or a quote never ends: the file was probably cut",
        *_AGAIN,
    ),
    Reason(
        "wrong_account",
        "rows belong to another merchant account",
        "move the file to the folder of its account; take it out of this one",
    ),
    Reason(
        "bad_batch_number",
        "what names the statement is not there, or is not a whole number",
        _ASK_PSP,
    ),
    Reason("missing_value", "a value that every row needs is empty", _ASK_PSP),
    Reason("unknown_currency", "the currency is not in ISO 4217", _ASK_PSP),
    Reason(
        "currency_not_configured",
        "the PSP's entry has no limits for the currency",
        "add the currency under [psp.limits] in psps.toml; the next run reads the kept bytes",
    ),
    Reason(
        "wrong_currency", "a line or a balance is in another currency than its account", _ASK_PSP
    ),
    Reason("bad_date", "a date or time can't be read", _ASK_PSP),
    Reason(
        "unknown_zone",
        "the abbreviation of a time zone is not known",
        "add it to statements/zones.py",
    ),
    Reason("bad_amount", "an amount is not a number as the format writes it", _ASK_PSP),
    Reason("unknown_direction", "nothing says whether money came in or went out", _ASK_PSP),
    Reason("excess_decimals", "an amount has more decimals than its currency", _ASK_PSP),
    Reason("debit_and_credit", "a row has an amount on both sides", _ASK_PSP),
    Reason(
        "row_does_not_tie",
        "gross less costs is not the net of the row, or its gross in one currency is two amounts",
        _ASK_PSP,
    ),
    Reason(
        "wrong_total",
        "the rows do not add up to what the statement says they do: it was cut, "
        "edited, or rows were lost",
        *_AGAIN,
    ),
    Reason(
        "bad_json",
        "a page is not strict JSON: cut, a key twice, or a number that is none",
        *_AGAIN,
    ),
    Reason("bad_page", "a page is JSON but not the list that the API documents", *_AGAIN),
    Reason("page_repeated", "a page or a line came twice in one read", *_AGAIN),
    Reason("page_missing", "a page or a line is missing from the read", *_AGAIN),
    Reason("line_repeated", "the provider's id of a line came twice in one file", _ASK_PSP),
    Reason(
        "statement_repeated",
        "a statement stands in the file twice, and the two contradict each other",
        _ASK_PSP,
    ),
    Reason(
        "balance_repeated",
        "a statement states its opening or its closing balance more than once: a file was pasted "
        "into itself, or holds two versions of a statement",
        "leave one version in the file, or fetch it from the PSP again, and deliver that",
    ),
    Reason("outside_range", "a line lies outside of the range that was asked for", *_AGAIN),
)
REASON_CODES = {reason.code: reason for reason in REASONS}


def sentence(error: StatementError, *, is_read: bool = False) -> str:
    """A refusal in full: what is wrong and where, and what to do about it.

    `is_read`: the bytes were read from an API, not put into a folder.
    """
    if error.next_step is not None:
        return str(error)
    reason = REASON_CODES[error.reason_code]
    step = reason.next_step_of_read if is_read else None
    return f"{error}; {step or reason.next_step}"


def table() -> str:
    """The reasons as a table in Markdown, for docs/formats.md."""
    rows = [f"| `{reason.code}` | {reason.meaning} | {_steps(reason)} |" for reason in REASONS]
    return "\n".join(["| Reason | What it means | What to do |", "|---|---|---|", *rows, ""])


def _steps(reason: Reason) -> str:
    if reason.next_step_of_read is None:
        return reason.next_step
    return f"{reason.next_step}; of an API, {reason.next_step_of_read}"
