"""The wrappers in bin/ and the commands behind them."""

import importlib.util
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from include.reconciliation import cli
from include.reconciliation.local import launcher
from include.reconciliation.local.environment import process_environment
from include.reconciliation.local.layout import PROJECT_ROOT
from include.reconciliation.local.server import Server
from tests.launcher import programs

RECONCILIATION = str(PROJECT_ROOT / "bin" / "reconciliation")


def test_a_command_works_through_a_link_from_another_folder(state: Path, tmp_path: Path) -> None:
    link = tmp_path / "shortcut"
    link.symlink_to(RECONCILIATION)

    done = programs.run(str(link), "server", "status", state=state)

    assert ("down\n", 3) == (done.stdout, done.returncode), done.stderr


@pytest.mark.parametrize("arguments", [["statement", "formats"], ["--help"], ["server", "--help"]])
def test_output_that_nobody_reads_or_that_has_no_room_ends_a_command(
    state: Path, arguments: list[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as unread, Path("/dev/full").open("wb") as full:
        ended = [
            subprocess.run(
                [RECONCILIATION, *arguments],
                env=programs.environment(state),
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
                timeout=120,
            )
            for output in (unread, full)
        ]

    assert [
        # As a shell tells that a process ended by SIGPIPE.
        (141, ""),
        (1, "The output can't be written: No space left on device\n"),
    ] == [(each.returncode, each.stderr) for each in ended]


@pytest.mark.parametrize("name", ["include/__init__.py", "argparse.py"])
def test_code_that_lies_in_the_folder_of_the_caller_is_not_run(
    state: Path, tmp_path: Path, name: str
) -> None:
    foreign = tmp_path / name
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("raise SystemExit('foreign code')")

    done = programs.run(RECONCILIATION, "server", "status", state=state, folder=tmp_path)

    assert ("down\n", 3) == (done.stdout, done.returncode), done.stderr


def test_a_project_in_a_path_with_a_space_migrates_and_answers_queries(
    state: Path, tmp_path: Path
) -> None:
    """A copy of the code, with this environment's Python."""
    project = tmp_path / "a project with a space"
    for folder in ("bin", "include"):
        shutil.copytree(
            PROJECT_ROOT / folder,
            project / folder,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    command = str(project / "bin" / "reconciliation")
    question = ["-At", "-c", "select current_user, count(*) from runs"]

    migrated = programs.run(command, "migrate", state=state)
    answer = programs.run(command, "psql", *question, state=state)
    status = programs.run(command, "server", "status", state=state)

    assert 0 == migrated.returncode, migrated.stderr
    assert "reconciliation_ro|0\n" == answer.stdout, answer.stderr
    assert "down\n" == status.stdout


@pytest.mark.parametrize("name", ["psql", "verify-log"])
def test_a_connection_that_can_not_be_read_is_one_line_and_no_trace(state: Path, name: str) -> None:
    done = programs.run(RECONCILIATION, name, state=state, AIRFLOW_CONN_RECONCILIATION="{")

    assert (1, "") == (done.returncode, done.stdout)
    assert "AIRFLOW_CONN_RECONCILIATION is not a connection written as JSON\n" == done.stderr


def test_the_server_runs_from_start_to_stop(state: Path) -> None:
    results = [
        programs.run(RECONCILIATION, "server", verb, state=state)
        for verb in ("start", "status", "stop", "status")
    ]

    assert [0, 0, 0, 3] == [done.returncode for done in results], results[0].stderr
    assert "user='reconciliation_ro'" in results[0].stdout
    assert ["up\n", "down\n"] == [results[1].stdout, results[3].stdout]


def test_without_its_environment_a_command_says_what_to_run(state: Path) -> None:
    done = programs.run(RECONCILIATION, "demo", state=state, RECONCILIATION_PYTHON="/nowhere")

    assert 1 == done.returncode
    assert "run make setup" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["nonsense"]])
def test_a_wrong_call_shows_the_commands(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(arguments)

    shown = capsys.readouterr()
    assert 2 == code
    assert [] == [name for name in cli.COMMANDS if f"  {name} " not in shown.out + shown.err]


@pytest.mark.parametrize("command", cli.COMMANDS.values(), ids=list(cli.COMMANDS))
def test_each_command_has_the_module_that_it_names(command: cli.Command) -> None:
    assert importlib.util.find_spec(command.module) is not None


def test_the_demo_refuses_while_make_up_runs_on_the_same_databases(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECONCILIATION_VAR", str(state))

    with launcher.only_launcher():
        code = cli.main(["demo"])

    assert 1 == code
    assert "make down" in capsys.readouterr().err
    assert not (state / "pg").exists()


def test_secrets_are_made_once_and_only_their_owner_reads_them(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILIATION_VAR", str(state))
    server = Server(host="/nowhere", port=5432)

    first = process_environment(server, given={})
    second = process_environment(server, given={})

    names = [
        "AIRFLOW__CORE__FERNET_KEY",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__API_AUTH__JWT_SECRET",
    ]
    assert [first[name] for name in names] == [second[name] for name in names]
    assert 3 == len({first[name] for name in names})
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in state.glob("secrets/*")}


def test_a_connection_of_the_users_own_wins_over_the_embedded_one(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILIATION_VAR", str(state))
    own = '{"conn_type": "postgres", "host": "warehouse.internal"}'

    environment = process_environment(
        Server(host="/nowhere", port=5432), given={"AIRFLOW_CONN_RECONCILIATION": own}
    )

    assert own == environment["AIRFLOW_CONN_RECONCILIATION"]
    assert "/nowhere" in environment["AIRFLOW_CONN_PAYMENTS_LEDGER"]


def test_the_demos_psps_are_known_where_a_demo_was_made_unless_the_user_names_others(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILIATION_VAR", str(state))
    server = Server(host="/nowhere", port=5432)
    before = process_environment(server, given={})
    (state / "demo").mkdir()
    demo = {"AIRFLOW_CONN_ADYEN": "the demo's", "AIRFLOW_CONN_STRIPE": "the demo's"}
    (state / "demo" / "environment.json").write_text(json.dumps(demo))

    after = process_environment(server, given={"AIRFLOW_CONN_STRIPE": "another"})

    assert set() == demo.keys() & before.keys()
    assert ["the demo's", "another"] == [after[name] for name in demo]


def test_airflow_runs_as_its_own_role_and_listens_on_this_machine_alone(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILIATION_VAR", str(state))

    environment = process_environment(Server(host="/nowhere", port=5432), given={}, port=8099)

    assert "postgresql+psycopg://airflow@/airflow?host=/nowhere&port=5432" == (
        environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    )
    assert ("127.0.0.1", "8099", "False") == (
        environment["AIRFLOW__API__HOST"],
        environment["AIRFLOW__API__PORT"],
        environment["AIRFLOW__CORE__LOAD_EXAMPLES"],
    )
    assert environment["PYTHONPATH"].startswith(str(PROJECT_ROOT))
    assert environment["PATH"].startswith(str(Path(sys.executable).parent))
