"""The pages hold together: links lead somewhere, and what is public is mentioned."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from include.reconciliation import config, tolerances
from include.reconciliation.cli import COMMANDS
from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.kinds import KINDS
from include.reconciliation.statements.reasons import REASONS

DOCS = PROJECT_ROOT / "docs"
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
# Adjectives that promise instead of saying.
BOASTS = re.compile(
    r"\b(?:powerful|seamless(?:ly)?|cutting[- ]edge|world[- ]class|blazing|effortless(?:ly)?"
    r"|state[- ]of[- ]the[- ]art|enterprise[- ]grade|simply|just works|revolutionary)\b",
    re.IGNORECASE,
)
SENTENCE_WORDS_MAX = 45


def pages() -> list[Path]:
    return sorted([*PROJECT_ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


def read(name: str) -> str:
    return (PROJECT_ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """The text without code, tables, links' targets and comments."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"^\s*\|.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\]\([^)]*\)", "]", text)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    without_code = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    headings = re.findall(r"^#+ +(.+?) *#*$", without_code, re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def sections(text: str) -> set[str]:
    """What the headings of a page are about, without marks of code."""
    return {heading.strip("` ") for heading in re.findall(r"^#{2,4} +(.+)$", text, re.MULTILINE)}


def alert_names() -> set[str]:
    """The name of every alert that the code opens."""
    trees = {
        path.stem: ast.parse(path.read_text(encoding="utf-8"))
        for path in (PROJECT_ROOT / "include" / "reconciliation" / "steps").glob("*.py")
    }
    found = set()
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) == "open_alert":
                # open_alert(cursor, fingerprint, name, ...), by place or by keyword.
                named = [keyword.value for keyword in node.keywords if keyword.arg == "name"]
                for value in (*named, *node.args[2:3]):
                    found.add(_constant(value, module, trees))
    return {name for name in found if name is not None}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _constant(node: ast.expr, module: str, trees: dict[str, ast.Module]) -> str | None:
    """The text of a constant: written there, named in the module, or named in another one."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module, name = node.value.id, node.attr
    elif isinstance(node, ast.Name):
        name = node.id
    else:
        return None
    for statement in trees[module].body if module in trees else ():
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Constant):
            continue
        if [name] == [getattr(target, "id", None) for target in statement.targets]:
            return str(statement.value.value)
    return None


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_every_link_leads_to_a_page_and_a_heading(path: Path) -> None:
    broken = []
    for match in LINK.finditer(re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)):
        target, _, anchor = match["target"].partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        page = (path.parent / target).resolve() if target else path
        known = anchors(page.read_text("utf-8")) if page.suffix == ".md" and page.exists() else None
        if not page.exists() or (anchor and known is not None and anchor not in known):
            broken.append(match["target"])

    assert [] == broken


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_a_page_is_plain_prose(path: Path) -> None:
    text = prose(path.read_text(encoding="utf-8"))
    paragraphs = re.split(r"\n\s*\n|\n\s*(?:[-*]|\d+\.) ", text)
    sentences = [part for block in paragraphs for part in re.split(r"(?<=[.!?])\s+|: ", block)]

    assert [] == BOASTS.findall(text)
    assert [] == [part for part in sentences if len(part.split()) > SENTENCE_WORDS_MAX]


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_a_page_opens_with_its_title(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("index", ["docs/index.md", "docs/decisions/index.md"])
def test_an_index_lists_every_page_of_its_folder_once(index: str) -> None:
    path = PROJECT_ROOT / index
    targets = [
        match["target"] for match in LINK.finditer(read(index)) if "/" not in match["target"]
    ]

    assert sorted(page.name for page in path.parent.glob("*.md") if page != path) == sorted(targets)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_runbook_says_what_to_do_about_each_kind(kind) -> None:  # type: ignore[no-untyped-def]
    assert kind.name in sections(read("docs/runbook.md"))


def test_the_runbook_says_what_to_do_about_each_alert() -> None:
    names = alert_names()

    assert len(names) >= 4, "the names of the alerts were not found in the code"
    assert set() == names - sections(read("docs/runbook.md"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_has_a_comment_and_a_severity(kind) -> None:  # type: ignore[no-untyped-def]
    text = read("include/reconciliation/kinds.py")
    before = text[: text.index(f'Kind("{kind.name}"')].rstrip().splitlines()[-1]

    assert before.lstrip().startswith("# ")
    assert kind.severity in {"critical", "high", "warning"}
    assert all((kind.meaning, kind.delta, kind.exposure))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_named_by_a_test_of_what_it_means(kind) -> None:  # type: ignore[no-untyped-def]
    folder = PROJECT_ROOT / "tests"
    naming = [
        path
        for path in folder.rglob("*.py")
        if path.parent.name != "docs" and kind.name in path.read_text(encoding="utf-8")
    ]

    assert naming


def test_every_setting_of_a_psp_is_explained() -> None:
    text = read("docs/adding-a-psp.md")
    settings = {
        field.name
        for record in (
            config.Psp,
            config.StatementsDue,
            config.Settlement,
            config.Limits,
            tolerances.Tolerances,
            tolerances.Tolerance,
            tolerances.DateTolerance,
        )
        for field in fields(record)
    }
    # Written as due = "every_run" or "daily"; a format is declared in a table of its own.
    # A share is written in per cent.
    settings = settings - {"every_run", "declared_format", "ppm"} | {"due", "percent"}

    assert set() == {setting for setting in settings if f"`{setting}`" not in text}


def test_every_reason_for_a_refusal_is_explained() -> None:
    text = read("docs/formats.md")

    assert set() == {reason.code for reason in REASONS if f"`{reason.code}`" not in text}


def test_the_mapping_returns_the_columns_that_its_page_promises() -> None:
    text = read("docs/sources.md")
    promised = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    query = read("include/sql/sources/payments_ledger.sql")
    selected = re.sub(r"--[^\n]*", "", query).partition("\nfrom ")[0]
    without_cases = re.sub(r"\bcase\b.*?\bend\b", "case", selected, flags=re.DOTALL)
    columns = [part.split()[-1] for part in without_cases.removeprefix("select").split(",")]

    assert promised == columns


def test_every_command_has_its_row_and_every_target_of_a_newcomer_its_place() -> None:
    rows = re.findall(r"^\| `([a-z -]+)` \| (.+) \|$", read("docs/commands.md"), re.MULTILINE)
    readme = read("README.md")
    targets = re.findall(r"^([a-z]+):.*## ", read("Makefile"), re.MULTILINE)
    work = {"demo", "test", "up", "down"}

    assert dict(rows) == {name: command.purpose for name, command in COMMANDS.items()}
    assert work <= set(targets)
    assert set() == {name for name in work if f"make {name}" not in readme}


def test_every_environment_variable_that_compose_needs_is_explained() -> None:
    required = re.findall(r"^([A-Z_]+)=$", read(".env.example"), re.MULTILINE)
    text = read("docs/operations.md")

    assert len(required) > 10
    assert [] == [name for name in required if f"`{name}`" not in text]


def test_every_variable_that_the_code_reads_is_explained() -> None:
    read_by_code = {
        name
        for folder in ("include", "bin", "tests/conftest.py")
        for path in [PROJECT_ROOT / folder, *(PROJECT_ROOT / folder).rglob("*")]
        if path.is_file() and path.suffix in ("", ".py")
        for name in re.findall(r"\bRECONCILIATION_[A-Z]+(?:_[A-Z]+)*\b", path.read_text("utf-8"))
    }
    # How `make up` marks its own processes; people neither set nor read it.
    read_by_code -= {"RECONCILIATION_LAUNCHER"}
    text = read("docs/operations.md") + read("CONTRIBUTING.md")

    assert {"RECONCILIATION_STORE", "RECONCILIATION_PYTHON"} <= read_by_code
    assert set() == {name for name in read_by_code if name not in text}


def test_every_dag_is_in_the_changelog() -> None:
    changelog = read("CHANGELOG.md")
    dags = [path.stem for path in (PROJECT_ROOT / "dags").glob("*.py")]

    assert dags
    assert [] == [name for name in dags if f"`{name}`" not in changelog]


def test_a_broken_link_a_boast_and_an_anchor_are_seen() -> None:
    assert ["nowhere.md#part"] == [
        match["target"] for match in LINK.finditer("[a](nowhere.md#part)")
    ]
    assert ["powerful"] == BOASTS.findall("a powerful engine")
    assert {"what-is-public", "statement_gap", "a-b-1"} == anchors(
        "# What is public\n## `statement_gap`\n### a, b: 1!\n```sh\n# not a heading\n```\n"
    )
    assert {"statement_gap"} == sections("### `statement_gap`\n")
