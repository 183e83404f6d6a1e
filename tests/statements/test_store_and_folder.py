"""The content-addressed store, and the drop folder that fills it."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import threading
from pathlib import Path

import pytest

from include.reconciliation.edges import drop_folder as folders
from include.reconciliation.edges import store
from include.reconciliation.errors import ConfigurationError
from tests.statements.adyen_files import a_file, a_payout, a_row

CONTENT = b"kept as it came"
NAME = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store."""
    folder = tmp_path / "a store"
    monkeypatch.setenv("RECONCILIATION_STORE", str(folder))
    return folder


def test_content_is_kept_under_its_hash_and_read_back(store_folder: Path) -> None:
    kept = store.keep(io.BytesIO(CONTENT)), store.keep(CONTENT)

    assert (NAME, NAME) == kept
    assert CONTENT == store.read(NAME) == store.open(NAME).read()
    assert store_folder / NAME[:2] / NAME == store.path(NAME)
    assert [store.path(NAME)] == [path for path in store_folder.rglob("*") if path.is_file()]
    assert 0o600 == stat.S_IMODE(store.path(NAME).stat().st_mode)


def test_content_that_is_there_is_not_written_again(store_folder: Path) -> None:
    store.keep(CONTENT)
    before = store.path(NAME).stat()
    store.keep(CONTENT)

    after = store.path(NAME).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_damaged_content_is_noticed_and_replaced_when_it_comes_again(store_folder: Path) -> None:
    store.keep(CONTENT)
    store.path(NAME).write_bytes(b"something else")
    with pytest.raises(store.StoreDamaged):
        store.read(NAME)

    store.keep(CONTENT)

    assert CONTENT == store.read(NAME)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", NAME.upper(), NAME[:-1], f"{NAME}\n", f"/{NAME}"]
)
def test_only_a_hash_is_a_name(store_folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is not a SHA-256"):
        store.path(name)


def test_a_write_that_fails_leaves_nothing(store_folder: Path, monkeypatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.keep(CONTENT)

    assert [] == [path for path in store_folder.rglob("*") if path.is_file()]


def test_many_at_once_keep_one(store_folder: Path) -> None:
    kept: list[str] = []
    threads = [threading.Thread(target=lambda: kept.append(store.keep(CONTENT))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [NAME] * 8 == kept
    assert 1 == len([path for path in store_folder.rglob("*") if path.is_file()])


def test_only_complete_regular_files_are_seen(tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text("secret")
    folder = tmp_path / "ShopEU"
    folder.mkdir()
    for name in (
        "b.csv",
        "a.csv",
        ".hidden.csv",
        "a.csv.part",
        "a.csv.tmp",
        "a.csv~",
        "x.filepart",
    ):
        (folder / name).write_text("content")
    (folder / "link.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")

    assert {"a.csv", "b.csv"} == {file.name for file in folders.settled_files(folder)}


def test_a_file_that_grows_between_two_looks_waits_for_the_next_run(
    tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "done.csv").write_text("content")
    growing = tmp_path / "growing.csv"
    growing.write_text("first part")

    def grow(seconds: float) -> None:
        growing.write_text("first part, second part")

    monkeypatch.setattr(folders.time, "sleep", grow)

    assert ["done.csv"] == [file.name for file in folders.settled_files(tmp_path)]


def test_a_file_that_changes_while_it_is_read_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("content")
    file = folders.settled_files(tmp_path)[0]

    with pytest.raises(folders.FileChanged), folders.opened(file):
        (tmp_path / "a.csv").write_text("content and more")


def test_a_file_that_is_overwritten_with_its_size_and_time_kept_is_left_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.csv").write_text("content")
    file = folders.settled_files(tmp_path)[0]

    def overwrite() -> None:
        (tmp_path / "a.csv").write_text("another")
        os.utime(tmp_path / "a.csv", ns=(file.modified_ns, file.modified_ns))

    with pytest.raises(folders.FileChanged), folders.opened(file):
        overwrite()


def test_nothing_of_a_file_that_changes_while_it_is_read_is_let_in(
    adyen, drop_folder: Path, monkeypatch
) -> None:
    (drop_folder / "batch_7.csv").write_bytes(a_file())
    system_keep = store.keep

    def keep(stream) -> str:
        kept = system_keep(stream)
        if len(list(drop_folder.iterdir())) == 1:
            (drop_folder / "batch_7.csv").write_bytes(a_file() + a_file()[:20])
        return kept

    with monkeypatch.context() as as_it_grows:
        as_it_grows.setattr(store, "keep", keep)
        counted = adyen.run()
    names = adyen.values("select name from deliveries")

    assert ({"accepted": 0, "quarantined": 0, "lines": 0}, []) == (counted, names)


def test_of_two_versions_found_at_once_the_one_written_last_is_the_later_one(
    tmp_path: Path,
) -> None:
    for name, second in (("b.csv", 1), ("c.csv", 3), ("a.csv", 2)):
        (tmp_path / name).write_text("content")
        os.utime(tmp_path / name, (second, second))

    assert ["b.csv", "a.csv", "c.csv"] == [file.name for file in folders.settled_files(tmp_path)]


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("content")
    file = folders.settled_files(tmp_path)[0]
    (tmp_path / "a.csv").unlink()
    (tmp_path / "a.csv").symlink_to("/etc/hostname")

    with pytest.raises(folders.FileChanged), folders.opened(file):
        pass


def test_a_file_that_becomes_a_folder_is_looked_at_again_later(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("content")
    file = folders.settled_files(tmp_path)[0]
    (tmp_path / "a.csv").unlink()
    (tmp_path / "a.csv").mkdir()

    with pytest.raises(folders.FileChanged), folders.opened(file):
        pass


def test_a_file_that_may_not_be_read_is_told_and_holds_no_other_up(
    adyen, drop_folder: Path, monkeypatch
) -> None:
    (drop_folder / "closed.csv").write_bytes(a_file([a_row(), a_payout("19.49")]))
    (drop_folder / "open.csv").write_bytes(a_file())
    system_open = os.open

    def refuse(path: str | Path, *arguments: int, **options: int) -> int:
        if Path(path).name == "closed.csv":
            raise PermissionError(13, "Permission denied")
        return system_open(path, *arguments, **options)

    with monkeypatch.context() as as_an_ordinary_user:
        as_an_ordinary_user.setattr(folders.os, "open", refuse)
        counted = adyen.run()
    told = adyen.rows("select name, state, summary from alerts")
    adyen.run()

    assert {"accepted": 1, "quarantined": 0, "lines": 2} == counted
    assert [
        {
            "name": "reconciliation-unreadable-files",
            "state": "open",
            "summary": "adyen / ShopEU: the drop folder holds what may not be read: closed.csv; "
            "give the user that runs the tasks the right to read it",
        }
    ] == told
    assert [("reconciliation-unreadable-files", "closed")] == [
        (row["name"], row["state"])
        for row in adyen.rows("select name, state from alerts where name like '%%unreadable%%'")
    ]


def test_a_file_that_becomes_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("content")
    file = folders.settled_files(tmp_path)[0]
    (tmp_path / "a.csv").unlink()
    os.mkfifo(tmp_path / "a.csv")

    with pytest.raises(folders.FileChanged), folders.opened(file):
        pass


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("batch 7.csv", "batch 7.csv"),
        ("a\nb\x1b[31m.csv", "a?b?[31m.csv"),
        ("a\u202evsc.exe", "a?vsc.exe"),
        ("..", ".."),
        ("x" * 300, "x" * 200),
        ("bad\udcff.csv", "bad?.csv"),
    ],
)
def test_a_name_is_shown_as_harmless_text(name: str, shown: str) -> None:
    assert shown == folders.shown_name(name)


def test_a_name_never_becomes_a_path(adyen, drop_folder: Path, store_folder: Path) -> None:
    (drop_folder / "a\\..\\%2e%2e;$(id).csv").write_bytes(a_file())

    adyen.run()

    content = hashlib.sha256(a_file()).hexdigest()
    assert ["a\\..\\%2e%2e;$(id).csv"] == adyen.values("select name from deliveries")
    assert [store.path(content)] == [path for path in store_folder.rglob("*") if path.is_file()]


def test_a_folder_that_is_not_there_is_named(adyen, drop_folder: Path) -> None:
    drop_folder.rmdir()

    with pytest.raises(ConfigurationError, match="ShopEU"):
        adyen.run()
