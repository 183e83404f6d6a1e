"""Packed files: every file in them is a delivery, and what is no archive of ours is refused."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from include.reconciliation.errors import StatementError
from include.reconciliation.statements import archives
from tests.statements.adyen_files import a_file, a_payout, a_row


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    found = archives.members(io.BytesIO(content), len(content), "a.zip")
    return {name: member.read() for name, member in found}


def batch(number: int) -> bytes:
    return a_file([a_row(batch_number=str(number)), a_payout(batch_number=str(number))])


def test_each_file_of_an_archive_is_a_delivery_and_no_name_becomes_a_path(
    adyen, drop_folder: Path, tmp_path: Path
) -> None:
    before = {path for path in tmp_path.rglob("*") if "store" not in path.parts}
    (drop_folder / "8.csv.gz").write_bytes(gzip.compress(batch(8)))
    (drop_folder / "week.zip").write_bytes(
        zipped(
            {
                "../../etc/9.csv": batch(9),
                "/10.csv": batch(10),
                "__MACOSX/x": b"",
                ".hidden": b"x",
                "inner.zip": zipped({"11.csv": batch(11)}),
            }
        )
    )

    counted = adyen.run()

    assert {"accepted": 4, "quarantined": 0, "lines": 8} == counted
    assert [
        ("8.csv.gz", len(batch(8))),
        ("week.zip > ../../etc/9.csv", len(batch(9))),
        ("week.zip > /10.csv", len(batch(10))),
        ("week.zip > inner.zip > 11.csv", len(batch(11))),
    ] == [
        tuple(row.values())
        for row in adyen.rows("select name, size_bytes from deliveries order by name")
    ]
    after = {path for path in tmp_path.rglob("*") if "store" not in path.parts}
    assert {drop_folder / "8.csv.gz", drop_folder / "week.zip"} == after - before


def test_the_same_file_plain_and_packed_is_one(adyen, drop_folder: Path) -> None:
    (drop_folder / "8.csv").write_bytes(batch(8))
    (drop_folder / "8.csv.gz").write_bytes(gzip.compress(batch(8)))

    assert {"accepted": 1, "quarantined": 0, "lines": 2} == adyen.run()


BAD_ARCHIVES = {
    "cut gzip": (gzip.compress(batch(8))[:-20], "bad_archive"),
    "cut zip": (zipped({"8.csv": batch(8)})[:-10], "bad_archive"),
    "no file": (zipped({}), "bad_archive"),
    "a beginning": (b"PK\x03\x04\x14\x00\x08\x08", "bad_archive"),
    "too deep": (gzip.compress(gzip.compress(gzip.compress(b"x"))), "beyond_limits"),
    "a bomb": (gzip.compress(bytes(30_000_000)), "beyond_limits"),
    "too many": (zipped({str(number): b"x" for number in range(1_001)}), "beyond_limits"),
}


@pytest.mark.parametrize("name", BAD_ARCHIVES)
def test_a_bad_archive_is_refused_whole(adyen, drop_folder: Path, name: str) -> None:
    content, reason = BAD_ARCHIVES[name]
    (drop_folder / "bad").write_bytes(content)

    assert {"accepted": 0, "quarantined": 1, "lines": 0} == adyen.run()
    assert reason == adyen.verdict()[1]


def test_a_password_is_told() -> None:
    content = bytearray(zipped({"8.csv": batch(8)}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1

    with pytest.raises(StatementError, match="password"):
        unpacked(bytes(content))


def test_more_than_a_file_may_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "SIZE_BYTES_MAX", 1_000)

    with pytest.raises(StatementError) as refused:
        unpacked(zipped({"a": os.urandom(600), "b": os.urandom(600)}))

    assert "too_large" == refused.value.reason_code


@given(some.binary(max_size=200), some.integers(0, 400))
def test_damaged_archives_raise_nothing_but_refusals(noise: bytes, place: int) -> None:
    good = zipped({"a": b"a" * 100, "b.gz": gzip.compress(b"b" * 100)})
    edited = good[:place] + noise + good[place:]
    for content in (archives.ZIP + noise, archives.GZIP + noise, edited):
        if archives.is_archive(content):
            with suppress(StatementError):
                unpacked(content)
