"""What no file of the project may contain, and what every file has."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT

FOLDERS = ("bin", "dags", "docs", "include", "plugins", "tests", ".ci")
TEXT = {
    ".py",
    ".sql",
    ".md",
    ".toml",
    ".yaml",
    ".txt",
    ".in",
    ".conf",
    ".json",
    ".csv",
    ".html",
    "",
}
HERE = Path(__file__).resolve()
# Folders of one machine. /tmp, /var and /opt are places that a program may use by name.
MACHINE = re.compile(r"(?<![\w.~*-])/(?:work|root|home|Users|mnt)/\w")
HOSTS = re.compile(r"pypi\.org|pythonhosted\.org|(?:index-url|find-links)[ =]\S*/", re.IGNORECASE)
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|HACK)\b")
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\b[sr]k_live_\w{8}"
    r"|xox[bp]-\d{6}|hooks\.slack\.com/services/T\w{6}"
)


def texts() -> Iterator[Path]:
    """The project's own text files; locks, pictures and what a build leaves are none."""
    inside = [path for folder in FOLDERS for path in (PROJECT_ROOT / folder).rglob("*")]
    for path in sorted([*inside, *PROJECT_ROOT.iterdir()]):
        is_ours = path != HERE and path.name != ".env" and not path.name.startswith("requirements")
        if is_ours and path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
            yield path


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


def complaints(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if MACHINE.search(line):
            yield f"{name}:{number}: a path of one machine"
        if HOSTS.search(line):
            yield f"{name}:{number}: where packages come from is the user's setting"
        if UNFINISHED.search(line):
            yield f"{name}:{number}: finish it, or write an issue"
        if SECRETS.search(line):
            yield f"{name}:{number}: looks like a secret"


def test_no_file_holds_what_belongs_to_one_machine_or_to_nobody() -> None:
    found = [
        complaint
        for path in texts()
        for complaint in complaints(
            name_of(path), path.read_text(encoding="utf-8", errors="replace")
        )
    ]

    assert [] == found


def test_the_texts_are_found() -> None:
    names = {name_of(path) for path in texts()}

    assert {"README.md", "include/psps.toml", "bin/airflow", ".ci/run", "Dockerfile"} <= names


@pytest.mark.parametrize(
    "line",
    [
        "see /Users/ana/project for it",
        "cd /home/ana",
        "pip install --extra-index-url=https://packages.example/simple",
        "# FIXME: later",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_a_breach_is_seen(line: str) -> None:
    assert [1] == [len(list(complaints("docs/index.md", f"fine\n{line}\n")))]
