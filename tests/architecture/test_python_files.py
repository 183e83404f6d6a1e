"""Habits of the Python code that a reviewer should not have to ask for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT

CODE = ("include", "dags", "plugins")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
DAG_LINES_MAX = 100
# Longer than the habit, and why. An entry that is no longer needed fails a test.
LONG_FILES: dict[str, str] = {
    "include/reconciliation/verify.py": "a copy of this one file verifies a folder anywhere",
    "include/reconciliation/verify_evidence.py": "a copy of this one file verifies a pack anywhere",
}
LONG_FUNCTIONS: dict[str, str] = {
    "include/reconciliation/steps/choose_window.py:choose_window": "a form becomes a row",
}
# A word that names nothing, or a second word for an idea that has one; with the word to use.
WORDS = {
    "utils": "what it does", "util": "what it does", "helper": "what it does",
    "helpers": "what it does", "manager": "what it does", "txn": "transaction",
    "recon": "reconciliation", "amt": "amount", "acct": "account", "stmt": "statement",
    "ccy": "currency", "variance": "discrepancy", "reconcilation": "reconciliation",
}  # fmt: skip
MONEY_LAYERS = (
    "include/reconciliation/local/",
    "include/reconciliation/bench/",
)  # seconds, not money
RUNS_SQL = {"execute", "executemany", "copy", "SQL", "text", "run_sql"}


def code_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (PROJECT_ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def floats(tree: ast.Module) -> Iterator[str]:
    """Conversions to float: `float(...)`, and pandas' or numpy's names for it."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "float"
        ):
            yield f"line {node.lineno}: money is whole minor units, write int or parse_minor"
        if isinstance(node, ast.Constant) and node.value in ("float64", "float32"):
            yield f"line {node.lineno}: no column of floats"


def formatted_sql(tree: ast.Module) -> Iterator[str]:
    """SQL put together from text: f-strings, `%`, `+` and str.format where SQL is run."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = node.func
        called = (
            function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        )
        if called in RUNS_SQL and _is_put_together(node.args[0]):
            yield f"line {node.lineno}: bind values, compose names with sql.Identifier"


def _is_put_together(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return any(
            isinstance(side, ast.Constant | ast.JoinedStr) and not _is_number(side)
            for side in (node.left, node.right)
        )
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and isinstance(node.func.value, ast.Constant)
    )


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, str)


def words(tree: ast.Module) -> Iterator[str]:
    """Names with a word that this project does not use."""
    for node in ast.walk(tree):
        names: list[str | None] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.arg):
            names = [node.arg]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names = [node.id]
        elif isinstance(node, ast.alias):
            names = [node.asname]
        for name in filter(None, names):
            for word in split(name):
                if word in WORDS:
                    yield f"line {node.lineno}: {name}: instead of {word} write {WORDS[word]}"


def split(name: str) -> list[str]:
    """The words of a name: `open_items`, `OpenItems` -> open, items."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")


def missing_docstrings(tree: ast.Module) -> Iterator[str]:
    """Public functions and classes at the top of a module that say nothing of themselves."""
    if not ast.get_docstring(tree) and tree.body:
        yield "the module has no docstring"
    for node in tree.body:
        is_public = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"
        if is_public and not ast.get_docstring(node):
            yield f"line {node.lineno}: {node.name} has no docstring"


@pytest.mark.parametrize("path", code_files(*CODE), ids=name_of)
def test_a_module_keeps_the_habits(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [*formatted_sql(tree), *words(tree)]
    # In a DAG file the docstring of the module is the one that people read.
    if path.parent.name != "dags":
        found += missing_docstrings(tree)
    if not name_of(path).startswith(MONEY_LAYERS):
        found += floats(tree)

    assert [] == found


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    found = [
        name_of(path)
        for path in code_files(*CODE, "tests")
        if any(
            word in WORDS
            for part in path.relative_to(PROJECT_ROOT).parts
            for word in split(part.removesuffix(".py"))
        )
    ]

    assert [] == found


def test_files_are_short_and_the_exceptions_are_listed() -> None:
    long = {
        name_of(path): path.read_text(encoding="utf-8").count("\n")
        for path in code_files(*CODE, "tests")
    }
    found = {name for name, lines in long.items() if lines > FILE_LINES_MAX}

    assert LONG_FILES.keys() == found, {name: long[name] for name in found}


def test_functions_fit_a_screen_and_the_exceptions_are_listed() -> None:
    found = {
        f"{name_of(path)}:{function.name}": length(function)
        for path in code_files(*CODE)
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
        if length(function) > FUNCTION_LINES_MAX
    }

    assert LONG_FUNCTIONS.keys() == found.keys(), found


@pytest.mark.parametrize("path", code_files("dags"), ids=name_of)
def test_a_dag_is_its_manual_and_its_arrows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)

    assert text.count("\n") <= DAG_LINES_MAX
    assert len((ast.get_docstring(tree) or "").splitlines()) >= 8, "the docstring is the manual"
    assert "doc_md=__doc__" in text


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (floats, "amount = float('1.10')"),
        (floats, "frame = frame.astype('float64')"),
        (formatted_sql, "cursor.execute(f'select {name}')"),
        (formatted_sql, "cursor.execute('select %s' % name)"),
        (formatted_sql, "cursor.execute('select ' + name)"),
        (formatted_sql, "cursor.execute('select {}'.format(name))"),
        (formatted_sql, "sql.SQL(f'select {name}')"),
        (words, "def load_txn(): pass"),
        (words, "stmt_lines = []"),
        (words, "class RunManager: pass"),
        (words, "def load(recon): pass"),
        (words, "import pandas as utils"),
        (missing_docstrings, "def load(): pass"),
        (missing_docstrings, '"""Loads."""\nclass Load: pass'),
    ],
)
def test_a_breach_is_seen(rule, text: str) -> None:  # type: ignore[no-untyped-def]
    assert list(rule(ast.parse(text)))


def test_composed_identifiers_and_bound_values_are_fine() -> None:
    text = (
        "cursor.execute(sql.SQL('drop table {}').format(sql.Identifier(name)))\n"
        "cursor.execute('select 1 where id = %(id)s', {'id': 1})\n"
    )

    assert [] == list(formatted_sql(ast.parse(text)))
