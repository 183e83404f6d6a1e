"""Imports go downwards only: dags -> steps -> edges -> core; the core is pure.

Each rule is a function that returns complaints; it is tried on the project, which must give none,
and on a planted breach, which must give one.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.reconciliation.config import PROJECT_ROOT

PACKAGE = "include.reconciliation"
# What each layer may import of this project. A module right under include/reconciliation is core.
MAY_IMPORT = {
    "core": {"core"},
    "report": {"core", "report"},
    "edges": {"core", "report", "edges"},
    # Formats are described; the shared readers load them through the edge of the warehouse.
    "statements": {"core", "edges", "statements"},
    # A pack is put to the examination that others put it to before it is handed out.
    "steps": {"core", "statements", "report", "edges", "steps", "verify_evidence"},
    # Whoever doubts the project runs a copy of it: it stands alone.
    "verify": set(),
    "verify_evidence": set(),
    # The ground under all of it: servers, databases and processes of one machine.
    "local": {"core", "edges", "local"},
    # Tools around the pipeline: they drive the steps as Airflow does.
    "documentation": {"core", "statements", "edges", "local", "documentation"},
    "statement_check": {"core", "statements", "edges", "local", "statement_check"},
    # Writers of statements are the simulators' ground: they know formats and nothing else.
    "statement_files": {"core", "statements", "statement_files"},
    "demo": {
        "core", "statements", "report", "edges", "steps", "local", "demo", "statement_files",
    },
    "bench": {
        "core", "statements", "report", "edges", "steps", "local", "demo", "documentation", "bench",
    },
    "backtest": {"core", "report", "edges", "steps", "local", "backtest"},
    "lab": {
        "core", "statements", "report", "edges", "steps", "local", "demo", "bench", "documentation",
        "statement_files", "lab",
    },
    "cli": {
        "core", "steps", "local", "demo", "bench", "documentation", "edges", "statements",
        "statement_check", "verify", "verify_evidence", "backtest", "lab",
    },
    "migrations": {"migrations"},
    "dags": {"core", "edges", "steps"},
    "plugins": {"core", "edges", "steps"},
}
# Packages from outside, by layer; the standard library is everybody's. What is not here is refused.
MAY_USE = {
    "core": set(),
    "statements": {"psycopg", "iso4217", "mt940"},
    "report": {"xlsxwriter", "reportlab", "babel"},
    "edges": {
        "psycopg", "requests", "urllib3", "holidays", "airflow", "great_expectations", "sqlalchemy",
        # FastAPI is that of Airflow's API server, whose own functions raise its errors.
        "slack_sdk", "fastapi",
        # Only where events are on: requirements-kafka.txt.
        "confluent_kafka",
    },
    "steps": {"psycopg"},
    "local": {"psycopg", "sqlalchemy", "alembic"},
    "documentation": {"psycopg"},
    "statement_check": {"psycopg"},
    "statement_files": set(),
    "demo": {"psycopg", "airflow"},
    # The peers, with the packages of requirements-peers.txt.
    "bench": {"psycopg", "pandas", "datacompy"},
    "backtest": {"psycopg"},
    "lab": {"psycopg"},
    "verify": set(),
    "verify_evidence": set(),
    "cli": set(),
    "migrations": {"alembic", "psycopg"},
    "dags": {"airflow", "pendulum"},
    "plugins": {"airflow", "fastapi", "starlette"},
}  # fmt: skip
# Slow to import, or there only inside of Airflow: never at the top of a module.
INSIDE_FUNCTIONS_ONLY = {
    "airflow", "great_expectations", "pandas", "datacompy", "holidays", "confluent_kafka",
    "fastapi",
}  # fmt: skip
# The standard library's doors to the world, which the core keeps closed.
NOT_IN_THE_CORE = {
    "asyncio", "ctypes", "ftplib", "http", "logging", "multiprocessing", "random", "secrets",
    "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess", "tempfile",
    "threading", "time", "urllib", "uuid",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "localtime"}


def layer(module: str) -> str | None:
    """The layer of a module of this project, None for one from outside."""
    parts = module.split(".")
    if parts[0] in ("dags", "plugins"):
        return parts[0]
    if parts[:2] == ["include", "migrations"]:
        return "migrations"
    if parts[:2] != ["include", "reconciliation"]:
        return "core" if parts == ["include"] else None
    if parts[2:4] == ["lab", "statement_files"]:
        return "statement_files"
    if len(parts) > 2 and parts[2] in MAY_IMPORT:
        return parts[2]
    return "core"


def module_of(path: Path) -> str:
    parts = path.relative_to(PROJECT_ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def python_files() -> list[Path]:
    return sorted(
        path
        for folder in ("include", "dags", "plugins")
        for path in (PROJECT_ROOT / folder).rglob("*.py")
    )


def imports(tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    """Imported module, line, and whether the import stands at the top of the module."""
    at_top = {id(node) for node in _outside_functions(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno, id(node) in at_top
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: write the full path of the import"
            # `from include.reconciliation import steps` imports a layer, not the package.
            inner = node.module in (PACKAGE, "include")
            for name in node.names:
                imported = f"{node.module}.{name.name}" if inner else str(node.module)
                yield imported, node.lineno, id(node) in at_top


def _outside_functions(tree: ast.Module) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def breaches_of_layers(module: str, tree: ast.Module) -> Iterator[str]:
    """Imports of this project that go upwards or sideways."""
    own = layer(module)
    for imported, line, _ in imports(tree):
        other = layer(imported)
        if own is None or other is None:
            continue
        if other not in MAY_IMPORT[own]:
            yield f"{module}:{line} is of layer {own} and imports {imported} of layer {other}"


def breaches_of_packages(module: str, tree: ast.Module) -> Iterator[str]:
    """Packages from outside that the layer may not use, or not at the top of a module."""
    own = layer(module)
    for imported, line, is_at_top in imports(tree):
        package = imported.split(".")[0]
        if own is None or layer(imported) or package in sys.stdlib_module_names:
            continue
        if package not in MAY_USE[own]:
            yield f"{module}:{line} is of layer {own} and imports {package}"
        if is_at_top and package in INSIDE_FUNCTIONS_ONLY and own not in ("dags", "plugins"):
            yield f"{module}:{line} imports {package} at its top: do it inside the function"


def breaches_of_purity(module: str, tree: ast.Module) -> Iterator[str]:
    """What a pure module does not do: ask a clock, guess, reach out, calculate with floats."""
    is_core = layer(module) == "core"
    for imported, line, _ in imports(tree):
        if imported.split(".")[0] in NOT_IN_THE_CORE:
            yield f"{module}:{line} imports {imported}: the core knows no world outside"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute) and function.attr in CLOCKS and not node.args:
                yield f"{module}:{node.lineno} asks a clock: take the moment as an argument"
            if isinstance(function, ast.Name) and function.id in ("open", "print", "input"):
                yield f"{module}:{node.lineno} calls {function.id}: that is the work of an edge"
        # A report may say how wide a column is; amounts it takes from money.py.
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and is_core:
            yield f"{module}:{node.lineno} has the float {node.value}: money is whole numbers"
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "environ"
            and module != f"{PACKAGE}.config"
        ):
            yield f"{module}:{node.lineno} reads the environment: only config.py does"


@pytest.mark.parametrize("path", python_files(), ids=module_of)
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    module, tree = module_of(path), ast.parse(path.read_text(encoding="utf-8"))
    found = [*breaches_of_layers(module, tree), *breaches_of_packages(module, tree)]

    assert [] == found


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in python_files()
        if layer(module_of(path)) in ("core", "report", "statement_files")
    ],
    ids=module_of,
)
def test_a_module_of_the_core_is_pure(path: Path) -> None:
    found = list(breaches_of_purity(module_of(path), ast.parse(path.read_text(encoding="utf-8"))))

    assert [] == found


def test_every_folder_of_code_belongs_to_a_layer() -> None:
    """A new folder under include/reconciliation must be placed before it is used."""
    folders = {
        path.parent.name for path in (PROJECT_ROOT / "include" / "reconciliation").glob("*/*.py")
    }

    assert set() == folders - MAY_IMPORT.keys()
    assert MAY_IMPORT.keys() == MAY_USE.keys()


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("include.reconciliation.money", "from include.reconciliation.edges import store"),
        ("include.reconciliation.money", "from include.reconciliation import steps"),
        ("include.reconciliation.edges.store", "import include.reconciliation.steps.choose_window"),
        ("include.reconciliation.steps.publish_run", "def late():\n    from dags import deliver"),
        ("dags.deliver_alerts", "import plugins.page"),
        (
            "include.reconciliation.lab.statement_files.camt",
            "from include.reconciliation.demo import timeline",
        ),
    ],
)
def test_an_import_that_goes_upwards_is_seen(module: str, text: str) -> None:
    assert 1 == len(list(breaches_of_layers(module, ast.parse(text))))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("include.reconciliation.money", "import pandas.api"),
        ("include.reconciliation.steps.publish_run", "import requests"),
        ("include.reconciliation.edges.slack", "from airflow.sdk import Variable"),
        (
            "include.reconciliation.edges.slack",
            "try:\n    import airflow\nexcept ImportError: pass",
        ),
    ],
)
def test_a_package_that_does_not_belong_is_seen(module: str, text: str) -> None:
    assert list(breaches_of_packages(module, ast.parse(text)))


def test_an_edge_may_import_airflow_inside_a_function() -> None:
    text = "def read():\n    from airflow.sdk import Variable\n    return Variable"

    assert [] == list(breaches_of_packages("include.reconciliation.edges.slack", ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    [
        "import random",
        "from datetime import datetime\ndatetime.now()",
        "from datetime import date\ndate.today()",
        "limit = 0.5",
        "import os\nos.environ['ZONE']",
        "def read(path):\n    return open(path)",
    ],
)
def test_an_impure_line_in_the_core_is_seen(text: str) -> None:
    assert list(breaches_of_purity("include.reconciliation.windows", ast.parse(text)))
