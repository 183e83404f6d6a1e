"""What is exported of the marketplace's book: exact bytes, masked, no formula, never half."""

import hashlib
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.reconciliation.errors import Final, RequestError, SourceError
from include.reconciliation.steps.export_book import export_book
from tests.books.conftest import AS_OF, Book

DAY = timedelta(days=1)


@pytest.fixture
def book(book_of, monkeypatch) -> Book:
    monkeypatch.setattr(
        "include.reconciliation.steps.export_book.datetime", _ClockAt(AS_OF + 40 * DAY)
    )
    made = book_of("marketplace")
    a_wallet(made, "platform", "PLATFORM_MAIN", "PLATFORM")
    return made


class _ClockAt:
    """A datetime whose now() stands still, so that the tests hold in any year."""

    def __init__(self, moment: datetime):
        self.moment = moment

    def now(self, zone):
        return self.moment.astimezone(zone)


def a_wallet(book: Book, wallet_id: str, code: str, kind: str = "BUYER", email: str | None = None):
    user_id = None
    if email is not None:
        user_id = f"user of {wallet_id}"
        book.add("users", id=user_id, email=email)
    book.add(
        "wallets",
        id=wallet_id,
        wallet_code=code,
        wallet_type=kind,
        wallet_status="ACTIVE",
        user_id=user_id,
    )


def an_entry(
    book: Book,
    wallet_id: str,
    amount_minor: int | None,
    currency: str = "BRL",
    *,
    entry_type: str = "ADJUSTMENT_CREDIT",
    before: timedelta = timedelta(hours=1),
):
    """An entry that was made so long before the moment of the export."""
    book.runs += 1
    book.add(
        "ledger_entries",
        id=f"entry-{book.runs}",
        transaction_id="T1",
        wallet_id=wallet_id,
        entry_type=entry_type,
        amount_minor=amount_minor,
        currency=currency,
        created_at=AS_OF - before,
    )


def lines(folder: str, name: str) -> list[str]:
    """The rows of a file without its header."""
    return (Path(folder) / f"{name}.csv").read_text("utf-8").splitlines()[1:]


def test_each_wallet_is_shown_with_each_currency_and_never_their_sum(book):
    """Defect T7 of the runbooks: BRL 10.00 and JPY 1,000 are not 2,000 of anything."""
    a_wallet(book, "w1", "BUYER-1", email="ana.souza@example.com")
    an_entry(book, "w1", 1000, "BRL")
    an_entry(book, "w1", -250, "BRL")
    an_entry(book, "w1", 1000, "JPY")

    folder = export_book("marketplace", AS_OF)

    moment = "2026-11-20T05:00:00Z"
    assert [
        f"w1,BUYER-1,BUYER,ACTIVE,a***@e***.com,BRL,750,2,{moment},{moment}",
        f"w1,BUYER-1,BUYER,ACTIVE,a***@e***.com,JPY,1000,1,{moment},{moment}",
        "platform,PLATFORM_MAIN,PLATFORM,ACTIVE,,,,0,,",
    ] == lines(folder, "wallet_balances")


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("a@b.com", "a***@b***.com"),
        ("ana@mail.example.com.br", "a***@m***.br"),
        ("no address", "***"),
        ("ana@localhost", "***"),
        ("two@signs@example.com", "***"),
        ("=cmd@example.com", "'=***@e***.com"),
        ("ana@example.com\nbruno@example.com", "***"),
    ],
)
def test_no_address_leaves_the_book(book, email, shown):
    """Defect T8 of the runbooks: the export names whom it is about, in full."""
    a_wallet(book, "w1", "BUYER-1", email=email)
    an_entry(book, "w1", 1)

    folder = export_book("marketplace", AS_OF)

    assert shown == lines(folder, "wallet_balances")[0].split(",")[4]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ('=HYPERLINK("http://example.com?"&A1)', '"\'=HYPERLINK(""http://example.com?""&A1)"'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("W=1", "W=1"),
    ],
)
def test_no_text_is_a_formula(book, code, shown):
    """Defect T8 of the runbooks: a code that somebody chose is run by whoever opens the file."""
    a_wallet(book, "w1", code)
    an_entry(book, "w1", 5)

    folder = export_book("marketplace", AS_OF)

    assert lines(folder, "wallet_balances")[0].startswith(f"w1,{shown},BUYER,ACTIVE,,BRL,5,1,")


def test_entries_of_a_wallet_that_is_not_there_are_shown(book):
    an_entry(book, "nobody's", 7)

    assert lines(export_book("marketplace", AS_OF), "wallet_balances")[0].startswith(
        "nobody's,,,,,BRL,7,1,"
    )


def test_an_entry_of_the_moment_itself_is_of_the_next_export(book):
    an_entry(book, "platform", 5, before=timedelta(0))
    an_entry(book, "platform", 6, before=timedelta(seconds=1))

    assert ["BRL,6,1"] == lines(export_book("marketplace", AS_OF), "platform_revenue")


def test_fees_and_their_refunds_stand_by_day_and_currency(book):
    fee, refund = "PLATFORM_FEE_CREDIT", "REFUND_DEBIT"
    a_wallet(book, "seller", "SELLER-1")
    an_entry(book, "platform", 50, entry_type=fee, before=DAY)
    an_entry(book, "platform", 70, entry_type=fee, before=DAY)
    an_entry(book, "platform", -20, entry_type=refund, before=DAY)
    an_entry(book, "platform", 9, "USD", entry_type=fee, before=DAY)
    # 06:00 of the 21st of October is in the 30th day before; a second before that day is not.
    an_entry(book, "platform", 4, entry_type=fee, before=30 * DAY + timedelta(hours=6))
    an_entry(book, "platform", 8, entry_type=fee, before=30 * DAY + timedelta(hours=6, seconds=1))
    an_entry(book, "platform", 99, before=DAY)
    an_entry(book, "seller", -1000, entry_type=refund, before=DAY)

    folder = export_book("marketplace", AS_OF)

    assert [
        "2026-11-19,BRL,2,120,1,-20,100",
        "2026-11-19,USD,1,9,0,0,9",
        "2026-10-21,BRL,1,4,0,0,4",
    ] == lines(folder, "platform_fees_by_day")
    assert ["BRL,211,6", "USD,9,1"] == lines(folder, "platform_revenue")


def test_failures_of_the_last_day_are_counted_by_method_and_reason(book):
    for number, (hours, currency) in enumerate(((1, "BRL"), (23, "BRL"), (24, "BRL"), (1, "USD"))):
        moment = AS_OF - timedelta(hours=hours)
        book.add(
            "payments",
            id=f"P{number}",
            order_id="order",
            lifecycle="FAILED",
            payment_method="COD",
            amount_minor=100,
            currency=currency,
            initiated_at=moment,
            updated_at=moment,
        )
    book.add(
        "refunds",
        id="R1",
        payment_id="P0",
        amount_minor=30,
        currency="BRL",
        status="FAILED",
        failure_reason="refused for ana@example.com",
        requested_at=AS_OF,
        updated_at=AS_OF,
    )

    folder = export_book("marketplace", AS_OF)

    assert [
        "payment,COD,BRL,2,200",
        "payment,COD,USD,1,100",
        "refund,refused for ***,BRL,1,-30",
    ] == lines(folder, "failed_operations")


def test_the_files_are_for_their_owner_alone_and_the_manifest_proves_them(book):
    folder = Path(export_book("marketplace", AS_OF))

    assert "books/marketplace/20261120T060000Z" == "/".join(folder.parts[-3:])
    files = sorted(folder.iterdir())
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in files}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert "2026-11-20T06:00:00Z" == manifest["as_of"]
    assert {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.name != "manifest.json"
    } == {file["name"]: file["sha256"] for file in manifest["files"]}
    assert [] == list(folder.parents[2].glob(".draft-*")), "no draft stays behind"


def test_a_second_time_gives_the_same_bytes_and_mends_what_was_damaged(book):
    an_entry(book, "platform", 5)
    folder = Path(export_book("marketplace", AS_OF))
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    (folder / "wallet_balances.csv").unlink()
    (folder / "platform_revenue.csv").write_bytes(b"something else")

    assert str(folder) == export_book("marketplace", AS_OF.astimezone(UTC))
    assert before == {file.name: file.read_bytes() for file in folder.iterdir()}


def test_an_export_is_never_written_over_with_other_bytes(book):
    folder = Path(export_book("marketplace", AS_OF))
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    an_entry(book, "platform", 5)

    with pytest.raises(Final, match="no longer gives"):
        export_book("marketplace", AS_OF)
    assert before == {file.name: file.read_bytes() for file in folder.iterdir()}
    assert ["BRL,5,1"] == lines(export_book("marketplace", AS_OF + DAY), "platform_revenue")


def test_a_book_that_can_not_be_relied_on_is_not_exported(book, tmp_path):
    an_entry(book, "platform", None)

    with pytest.raises(SourceError, match="amount_minor, currency or created_at is NULL in 1 rows"):
        export_book("marketplace", AS_OF)
    assert [] == [path for path in (tmp_path / "reports").rglob("*") if path.is_file()]


def test_a_moment_to_come_is_refused(book):
    with pytest.raises(RequestError, match="which is to come"):
        export_book("marketplace", AS_OF + 41 * DAY)


def test_the_role_of_the_book_can_write_no_file_on_the_server(book, databases):
    """Defect T8 of the runbooks needs a right that nobody here has."""
    import psycopg

    with (
        psycopg.connect(databases.conninfo("marketplace", "marketplace_ro")) as session,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        session.execute("copy (select email from users) to '/tmp/balances.csv' csv header")
