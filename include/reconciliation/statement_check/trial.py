"""A statement file goes through the gate inside of a transaction that is always rolled back."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from psycopg import sql

from include.reconciliation.config import LEDGER_TYPES
from include.reconciliation.edges import warehouse
from include.reconciliation.edges.drop_folder import shown_name
from include.reconciliation.edges.warehouse import Cursor
from include.reconciliation.errors import StatementError
from include.reconciliation.statements import archives, detection, gate
from include.reconciliation.statements.admission import NO_CURRENCY, Case
from include.reconciliation.statements.deliveries import Attempt, Delivery
from include.reconciliation.statements.description import CsvFormat, Format

CHUNK_BYTES = 1 << 20
# A statement whose words are all unknown is in another format: the first ones show it.
WORDS_MAX = 20


@dataclass(frozen=True, slots=True)
class Balance:
    """What a statement says in one currency: its balances, and what is left unexplained."""

    currency: str | None
    opening_minor: int | None
    closing_minor: int | None
    residual_minor: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of one statement; `error` where it is refused."""

    file: str
    format: str | None
    statement_key: str | None = None
    account: str | None = None
    sequence_number: int | None = None
    covers_from: date | None = None
    covers_to: date | None = None
    lines: int = 0
    balances: tuple[Balance, ...] = ()
    notices: tuple[str, ...] = ()
    proved_by: str = "none"
    statement_id: int | None = None
    error: StatementError | None = None


@contextmanager
def trial(formats: Mapping[str, Format]) -> Iterator[Trial]:
    """A trial with the formats that may be detected, after which nothing of it is left."""
    with warehouse.connect() as session:
        try:
            with session.cursor() as cursor:
                yield Trial(cursor, formats)
        finally:
            session.rollback()


class Trial:
    """Files on trial: an account and a workspace of their own."""

    def __init__(self, cursor: Cursor, formats: Mapping[str, Format]) -> None:
        self.cursor = cursor
        self.formats = formats
        cursor.execute("set local search_path = internal, reconciliation, pg_catalog")
        name = {"name": f"{os.getpid()} {datetime.now(UTC).isoformat()}"}
        row = warehouse.run(cursor, "statement_check/open_attempt", name).fetchone()
        assert row is not None
        self._account_id, self._attempt_id = int(row["account_id"]), int(row["attempt_id"])
        cursor.execute("select internal.open_workspace(%s)", [self._attempt_id])
        cursor.execute(
            sql.SQL("set local search_path = {}, internal, reconciliation, pg_catalog").format(
                sql.Identifier(warehouse.workspace(self._attempt_id))
            )
        )
        warehouse.run(cursor, "statements/join_by_hash")
        # What was accepted, by digest; what was refused is tried again under its own name.
        self._accepted: dict[bytes, str] = {}
        cursor.execute("savepoint before_file")

    def check(
        self, path: Path, format_: Format | None, *, currency: str | None, zone: str
    ) -> Iterator[Verdict]:
        """The verdicts on the statements of a file, or of each file that is packed in it.

        The lines of a verdict can be read until the next one is asked for.
        """
        with path.open("rb") as stream, tempfile.TemporaryDirectory() as folder:
            is_packed = archives.is_archive(stream.read(len(archives.ZIP)))
            stream.seek(0)
            if not is_packed:
                yield from self._check(path, shown_name(path.name), format_, currency, zone)
                return
            unpacked, own_name = Path(folder) / "member", shown_name(path.name)
            try:
                for name, member in archives.members(stream, path.stat().st_size, own_name):
                    with unpacked.open("wb") as copy:
                        shutil.copyfileobj(member, copy, CHUNK_BYTES)
                    yield from self._check(unpacked, shown_name(name), format_, currency, zone)
            except StatementError as error:
                yield Verdict(own_name, None, error=error)

    def _check(
        self, path: Path, name: str, format_: Format | None, currency: str | None, zone: str
    ) -> list[Verdict]:
        try:
            format_ = format_ or self._detected(path, name)
        except StatementError as error:
            return [Verdict(name, None, error=error)]
        digest = _digest(path)
        if digest in self._accepted:
            notice = f"the same bytes were read before, as {self._accepted[digest]}"
            return [Verdict(name, format_.name, notices=(notice,), proved_by="that file")]
        # Of each file every trace goes, also the locks of its tables: a server has so many of them.
        self.cursor.execute("rollback to savepoint before_file")
        delivery_id = self._delivery_id(path, name, digest)
        delivery = Delivery(delivery_id, "", name, path.stat().st_size, None, None, is_new=True)
        case = self._case(path, delivery, format_, currency, zone)
        warehouse.run(self.cursor, "statements/create_statement_lines")
        try:
            gate.admit(case, format_)
        except gate.Refusal as refusal:
            return _without_currency(_refused(name, format_, refusal), currency)
        self._accepted[digest] = name
        rows = warehouse.run(
            self.cursor, "statement_check/statements", {"delivery_id": delivery_id}
        ).fetchall()
        words = self._unclassified()
        verdicts = [
            replace(verdict, notices=(*verdict.notices, *words.get(verdict.statement_id, ())))
            for verdict in _accepted(name, format_, case, rows)
        ]
        return _without_currency(verdicts, currency)

    def lines(self, verdict: Verdict) -> Iterator[dict[str, Any]]:
        """The canonical lines of an accepted statement of the file that was checked last."""
        with self.cursor.connection.cursor(name="lines") as lines:
            lines.execute(
                warehouse.statement("statement_check/lines"),
                {"statement_id": verdict.statement_id},
            )
            yield from lines

    def _unclassified(self) -> dict[int | None, list[str]]:
        """What is to be told of type words that the format does not know, by statement."""
        found: dict[int | None, list[str]] = {}
        for row in warehouse.run(self.cursor, "statement_check/unclassified_words").fetchall():
            notice = f"unclassified: {row['lines']} lines of type {row['provider_type']!r}"
            found.setdefault(row["statement_id"], []).append(notice)
        for own in found.values():
            if len(own) > WORDS_MAX:
                own[WORDS_MAX:] = [f"unclassified: {len(own) - WORDS_MAX} types more"]
        return found

    def _detected(self, path: Path, name: str) -> Format:
        with path.open("rb") as stream:
            head = stream.read(detection.HEAD_BYTES)
        return detection.detect(head, self.formats.values(), name)

    def _delivery_id(self, path: Path, name: str, digest: bytes) -> int:
        values = {
            "account_id": self._account_id,
            "content_sha256": digest.hex(),
            "name": name,
            "size_bytes": path.stat().st_size,
        }
        row = warehouse.run(self.cursor, "statement_check/keep_delivery", values).fetchone()
        assert row is not None
        return int(row["delivery_id"])

    def _case(
        self, path: Path, delivery: Delivery, format_: Format, currency: str | None, zone: str
    ) -> Case:
        attempt = Attempt(
            attempt_id=self._attempt_id,
            account_id=self._account_id,
            psp="",
            account="",
            window_start=datetime(2000, 1, 1, tzinfo=UTC),
            window_end=datetime(2000, 1, 2, tzinfo=UTC),
            reprocess_from=None,
            fetched_at=None,
            rules_sha256="",
            code_version="",
            watermark=None,
        )
        return Case(
            self.cursor,
            attempt,
            delivery,
            format_.name,
            content=lambda: _opened(path),
            binds={
                "account_id": self._account_id,
                "account": None,
                "currencies": [],
                "all_currencies": True,
                "expected": list(LEDGER_TYPES),
                "fixed_zone": zone,
                "first_item_id": warehouse.first_item_id(self.cursor),
            },
            default_currency=currency or NO_CURRENCY,
        )


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.digest()


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _accepted(
    name: str, format_: Format, case: Case, rows: list[dict[str, Any]]
) -> Iterator[Verdict]:
    for statement_id in dict.fromkeys(row["statement_id"] for row in rows):
        own = [row for row in rows if row["statement_id"] == statement_id]
        covers_from, covers_to = own[0]["covers_from"], own[0]["covers_to"]
        notices = tuple(own[0]["notices"])
        if covers_from and covers_to and covers_from > covers_to:
            covers_from = covers_to = None
            notices = (*notices, "no day is in it as a whole, in the zone of the business days")
        yield Verdict(
            name,
            format_.name,
            statement_key=own[0]["statement_key"],
            account=case.opened.get(statement_id),
            sequence_number=own[0]["sequence_number"],
            covers_from=covers_from,
            covers_to=covers_to,
            lines=own[0]["lines"],
            balances=tuple(_balance(row, format_) for row in own if row["currency"]),
            notices=notices,
            proved_by=own[0]["proved_by"],
            statement_id=statement_id,
        )


def _balance(row: dict[str, Any], format_: Format) -> Balance:
    opening, closing, net = row["opening_minor"], row["closing_minor"], row["net_minor"]
    residual = None
    if opening is not None and closing is not None:
        residual = opening + (net or 0) - closing
    elif isinstance(format_, CsvFormat) and "statements_sum_to_zero" in format_.identities:
        residual = net
    return Balance(row["currency"], opening, closing, residual)


def _refused(name: str, format_: Format, refusal: gate.Refusal) -> list[Verdict]:
    statements = refusal.statements or [{}]
    keys = list(dict.fromkeys(statement.get("statement_key") for statement in statements))
    return [
        Verdict(
            name,
            format_.name,
            statement_key=key,
            account=own[0].get("account"),
            lines=sum(statement.get("lines") or 0 for statement in own),
            balances=tuple(
                Balance(
                    statement["currency"],
                    statement.get("opening_minor"),
                    statement.get("closing_minor"),
                    statement.get("residual_minor"),
                )
                for statement in own
                if statement.get("currency")
            ),
            error=refusal.error,
        )
        for key in keys
        if (own := [each for each in statements if each.get("statement_key") == key])
    ]


def _without_currency(verdicts: list[Verdict], currency: str | None) -> list[Verdict]:
    """The verdicts on a file that may name no currency, where none was given for it either."""
    notice = "the file names no currency: read with two decimals; --currency says which one it is"
    if currency is not None or not any(
        balance.currency == NO_CURRENCY for verdict in verdicts for balance in verdict.balances
    ):
        return verdicts
    return [
        replace(
            verdict,
            balances=tuple(replace(balance, currency=None) for balance in verdict.balances),
            notices=(*verdict.notices, notice),
        )
        for verdict in verdicts
    ]
