"""SQL lives in include/sql: each file opens with its question, binds its values and is used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT

SQL = PROJECT_ROOT / "include" / "sql"
# Folders whose files are found by listing the folder, with who lists it.
LISTED_FOLDERS = {
    "schema": "include/migrations, in the order of their numbers",
}
LINES_MAX = 300
BIND = re.compile(r"%\((\w+)\)s")
TRANSACTION = re.compile(
    r"^\s*(begin|commit|rollback|start transaction|savepoint)\b[^;]*;", re.I | re.M
)


def sql_files() -> list[Path]:
    return sorted(SQL.rglob("*.sql"))


def name_of(path: Path) -> str:
    return path.relative_to(SQL).with_suffix("").as_posix()


def header(text: str) -> str:
    """The comment that a file opens with, without its dashes."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return "\n".join(lines)


def code(text: str) -> str:
    """The text without comments and without what stands in quotes."""
    without_comments = re.sub(r"--[^\n]*", "", text)
    without_bodies = re.sub(r"\$(\w*)\$.*?\$\1\$", "''", without_comments, flags=re.DOTALL)
    return re.sub(r"'(?:[^']|'')*'", "''", without_bodies)


def complaints(name: str, text: str) -> Iterator[str]:
    """What is wrong with the form of one file."""
    comment = header(text)
    folder = name.split("/")[0]
    if not re.match(r"[A-Z][^\n]*(\n[^\n]+)*[.?]", comment):
        yield "open with a comment that is a sentence: the question, or what the file does"
    bare = code(text)
    if folder != "schema":
        if _asks(bare) and not re.search(r"^Grain: ", comment, re.MULTILINE):
            yield "say its grain: '-- Grain:   one row per ...'"
        unnamed = _binds(text) - set(re.findall(r"\w+", comment.partition("Binds:")[2]))
        if unnamed and "one value per" not in comment:
            yield f"name its binds in the header: {', '.join(sorted(unnamed))}"
    if folder == "schema" and TRANSACTION.search(bare):
        yield "no transaction statement: the migration is one transaction"
    # A place that Python fills with another query is announced in the header.
    placed = {
        place
        for place in re.findall(r"\{(\w*)\}", bare)
        if f"{{{place}}}" not in comment and place not in relations_for(name)
    }
    if placed or re.search(r"%s|%\(\w+\)[^s]|\{\{", bare):
        yield "bind values as %(name)s, nothing else"
    if shouted := re.findall(
        r"\b(SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|CREATE|JOIN|GROUP)\b", bare
    ):
        yield f"write key words in lower case: {shouted[0]}"
    if "unbounded following" in bare:
        yield "order the window backwards: a frame to its end is added up anew for every row"
    if "\t" in text or re.search(r" +$", text, re.MULTILINE):
        yield "four spaces, and none at the end of a line"
    if not text.endswith("\n"):
        yield "end with a line feed"
    if text.count("\n") > LINES_MAX:
        yield f"split it: more than {LINES_MAX} lines"


def relations_for(name: str) -> set[str]:
    """The queries that a sentence, or another such query, may be asked of, by their names."""
    folder, _, rest = name.partition("/")
    if folder not in ("invariants", "relations"):
        return set()
    return {path.stem for path in (SQL / "relations" / rest.partition("/")[0]).glob("*.sql")}


def texts_in_place(name: str) -> set[str]:
    """For a query that stands in others of its book: the places of those, by its name."""
    folder, _, rest = name.partition("/")
    if folder != "relations":
        return set()
    book, _, last = rest.partition("/")
    files = [*(SQL / "invariants" / book).glob("*.sql"), *(SQL / "relations" / book).glob("*.sql")]
    return {last for path in files if f"{{{last}}}" in code(path.read_text(encoding="utf-8"))}


def _asks(bare: str) -> bool:
    """Whether a file returns rows: it begins with a query, and nothing in it writes."""
    begins = re.match(r"\s*(select|with|values)\b", bare)
    return bool(begins) and not re.search(r"\b(insert|update|delete|create) ", bare)


def _binds(text: str) -> set[str]:
    return set(BIND.findall(re.sub(r"--[^\n]*", "", text)))


def texts_in_code() -> set[str]:
    """Every text that stands in the project's Python, with `*` for what an f-string puts in."""
    found = set()
    for folder in ("include", "dags", "plugins"):
        for path in (PROJECT_ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                if isinstance(node, ast.JoinedStr):
                    found.add("".join(_part(part) for part in node.values))
    return found


def _part(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "*"


def is_used(name: str, texts: set[str]) -> bool:
    """Whether some text of the code names the file: whole, by its last part, or by a pattern."""
    last = name.rpartition("/")[2]
    for text in texts:
        if text.removesuffix(".sql") in (name, last):
            return True
        if "*" in text and len(text) > 2 and "/" in text:
            pattern = "[^/]*".join(re.escape(part) for part in text.removesuffix(".sql").split("*"))
            if re.fullmatch(pattern, name):
                return True
    return False


@pytest.mark.parametrize("path", sql_files(), ids=name_of)
def test_a_sql_file_keeps_the_form(path: Path) -> None:
    assert [] == list(complaints(name_of(path), path.read_text(encoding="utf-8")))


def test_every_sql_file_is_used() -> None:
    texts = texts_in_code()
    unused = [
        name_of(path)
        for path in sql_files()
        if not name_of(path).startswith(tuple(f"{folder}/" for folder in LISTED_FOLDERS))
        and not is_used(name_of(path), texts | texts_in_place(name_of(path)))
    ]

    assert [] == unused, "remove it, or run it by its name"


def test_every_schema_file_has_its_revision_and_the_other_way_round() -> None:
    versions = PROJECT_ROOT / "include" / "migrations" / "versions"
    revisions = {path.stem for path in versions.glob("[0-9]*.py")}

    assert {path.stem for path in (SQL / "schema").glob("*.sql")} == revisions


@pytest.mark.parametrize("folder", ["match", "extract", "identities", "proof", "publish"])
def test_what_every_leg_runs_names_neither_its_books_nor_itself(folder: str) -> None:
    # A leg's workspace says which two books it has; %(leg)s says which leg it is.
    tied = [
        name_of(path)
        for path in (SQL / folder).rglob("*.sql")
        if re.search(
            r"internal\.(statement_lines|ledger_transactions)\b|'ledger_statement'",
            path.read_text(encoding="utf-8"),
        )
    ]

    assert [] == tied, "write statement_lines, ledger_transactions and %(leg)s"


GOOD = """-- Which rows are late?
--
-- Grain:   one row per late row.
-- Binds:   as_of (timestamptz) - exclusive.
select ledger_id
from ledger
where occurred_at < %(as_of)s
order by ledger_id
"""


@pytest.mark.parametrize(
    ("name", "text", "about"),
    [
        ("reports/late", GOOD.removeprefix("-- Which rows are late?\n"), "sentence"),
        ("reports/late", GOOD.replace("Grain:", "Rows:"), "grain"),
        ("reports/late", GOOD.replace("as_of (timestamptz) - exclusive", "none"), "as_of"),
        ("reports/late", GOOD.replace("%(as_of)s", "%s"), "bind values"),
        ("reports/late", GOOD.replace("%(as_of)s", "'{as_of}'").replace("'", ""), "bind values"),
        ("reports/late", GOOD.replace("select", "SELECT"), "lower case"),
        (
            "reports/late",
            GOOD.replace("    ", "\t").replace("from ledger", "from ledger "),
            "spaces",
        ),
        (
            "reports/late",
            GOOD.replace(
                "select ",
                "select min(a) over (rows between 1 following and unbounded following), ",
            ),
            "backwards",
        ),
        ("reports/late", GOOD.removesuffix("\n"), "line feed"),
        ("reports/late", GOOD + "\n" * LINES_MAX, "split"),
        (
            "schema/0099_late",
            "-- A table.\nbegin;\ncreate table late ();\ncommit;\n",
            "transaction",
        ),
    ],
)
def test_a_breach_of_the_form_is_seen(name: str, text: str, about: str) -> None:
    found = list(complaints(name, text))

    assert [True] == [about in complaint for complaint in found]


def test_the_good_example_is_good() -> None:
    placed = GOOD.replace("from ledger", "from ({source}) as ledger")
    announced = placed.replace("exclusive.", "exclusive; {{source}} is the mapping.")
    function = "-- A function.\ncreate function f() as $$\nbegin\n    return;\nend\n$$;\n"
    assert [] == list(complaints("reports/late", GOOD))
    assert [] == list(complaints("reports/late", announced))
    assert ["bind values as %(name)s, nothing else"] == list(complaints("reports/late", placed))
    assert [] == list(complaints("schema/0099", function))
    assert [] == list(complaints("extract/make", "-- Makes a table.\ncreate table late ();\n"))


def test_a_file_counts_as_used_by_its_name_or_by_a_pattern_and_not_by_its_folder() -> None:
    assert is_used("alerts/open_alert", {"alerts/open_alert"})
    assert is_used("statements/adyen", {"statements/*"})
    assert is_used("bootstrap/roles", {"bootstrap/*.sql"})
    assert not is_used("alerts/open_alert", {"alerts", "alerts/close_alert", "*"})
