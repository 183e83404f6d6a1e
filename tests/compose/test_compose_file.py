"""docker-compose.yaml holds together: the Compose schema, the Dockerfile and the code agree.

No container can be started where the tests run, so everything that can be read is compared.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from include.reconciliation import config, payout_providers
from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.edges import (
    book_source,
    kafka,
    mail,
    payouts_source,
    slack,
    wallet_balances,
)
from include.reconciliation.edges.invariant_files import books
from include.reconciliation.local import container, environment, launcher
from include.reconciliation.local.layout import PROJECT_ROOT as LAYOUT_ROOT
from include.reconciliation.operator_actions import ACTIONS

COMPOSE = PROJECT_ROOT / "docker-compose.yaml"
DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text(encoding="utf-8")
ROOT_IN_IMAGE = "/opt/reconciliation"
ONE_SHOT = {"init"}
AIRFLOW_SERVICES = {"init", "api-server", "scheduler", "dag-processor", "triggerer"}
# `${NAME:?what it is}`, `${NAME:-default}`; compose knows more forms, the file uses these two.
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?P<form>:\?|:-)?(?P<rest>[^}]*)\}")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The file as compose reads it: anchors and merges resolved, variables left as they are."""
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services(document: dict[str, Any]) -> dict[str, Any]:
    return document["services"]


def variables() -> Iterator[re.Match[str]]:
    """Every variable of the file, comments aside."""
    lines = COMPOSE.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    return VARIABLE.finditer(text)


def test_the_file_follows_the_compose_schema(document: dict[str, Any]) -> None:
    schema = resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"

    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))


def test_the_services_are_postgresql_one_init_and_the_four_of_airflow(
    services: dict[str, Any],
) -> None:
    assert {"postgres"} | AIRFLOW_SERVICES == set(services)


def test_every_service_restarts_and_has_a_health_check_but_the_one_that_ends(
    services: dict[str, Any],
) -> None:
    lasting = services.keys() - ONE_SHOT

    assert dict.fromkeys(lasting, "always") == {name: services[name]["restart"] for name in lasting}
    assert set(lasting) == {name for name in services if "healthcheck" in services[name]}
    assert dict.fromkeys(ONE_SHOT, "no") == {name: services[name]["restart"] for name in ONE_SHOT}


def test_airflow_starts_after_the_init_has_succeeded(services: dict[str, Any]) -> None:
    expected = {
        "postgres": {"condition": "service_healthy"},
        "init": {"condition": "service_completed_successfully"},
    }

    for name in AIRFLOW_SERVICES - ONE_SHOT:
        assert expected == services[name]["depends_on"], name
    assert {"postgres"} == set(services["init"]["depends_on"])


def test_images_are_pinned_to_a_version(services: dict[str, Any]) -> None:
    base = re.search(r"PYTHON_IMAGE=(\S+)", DOCKERFILE)
    assert base is not None

    for image in (base[1], services["postgres"]["image"]):
        assert re.search(r":\d+\.\d+(\.\d+)?-", image), (
            f"{image}: name a version and a distribution"
        )
        assert "latest" not in image
    for name in AIRFLOW_SERVICES:
        assert "payments-reconciliation:${IMAGE_TAG:-1}" == services[name]["image"]


def test_the_image_is_built_from_the_hashed_lock_for_a_supported_python() -> None:
    assert "--require-hashes --no-deps --only-binary :all:" in DOCKERFILE
    minor = re.search(r"python:3\.(\d+)\.", DOCKERFILE)
    assert minor is not None
    assert int(minor[1]) in (11, 12, 13)


def test_the_image_runs_as_an_ordinary_user_and_takes_no_secret() -> None:
    lines = [line.split() for line in DOCKERFILE.splitlines() if line and line[0] != "#"]
    users = [words[1] for words in lines if words[0] == "USER"]
    arguments = [words[1].split("=")[0] for words in lines if words[0] == "ARG"]

    assert ["10001:10001"] == users
    assert ["PYTHON_IMAGE"] == arguments
    assert "--mount=type=secret" not in DOCKERFILE


def test_every_airflow_setting_is_one_that_airflow_knows(services: dict[str, Any]) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "airflow", "config", "list", "--defaults"],
        check=True,
        capture_output=True,
        text=True,
    )
    known = set(re.findall(r"Variable: (AIRFLOW__\w+)", listed.stdout))
    used = {
        name
        for service in services.values()
        for name in service.get("environment", {})
        if name.startswith("AIRFLOW__")
    }

    assert set() == used - known
    assert len(used) > 15


def test_production_and_the_launcher_set_the_same_airflow_settings(
    services: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one has and the other lacks is listed here with its reason."""
    monkeypatch.setenv("RECONCILIATION_VAR", str(tmp_path))
    only_production = {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",  # a volume of its own
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER",  # likewise
    }
    only_launcher = {
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL",  # DAG files do not change in production
    }
    production = services["scheduler"]["environment"]
    own = environment.airflow_settings(metadata="", airflow_home=tmp_path, port=8080)
    ours = {name for name in production if name.startswith("AIRFLOW__")}
    theirs = {name for name in own if name.startswith("AIRFLOW__")}

    assert only_production == ours - theirs
    assert only_launcher == theirs - ours
    for name in (
        "AIRFLOW__CORE__EXECUTOR",
        "AIRFLOW__CORE__LOAD_EXAMPLES",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS",
        "AIRFLOW__API__WORKERS",
        "GX_ANALYTICS_ENABLED",
    ):
        assert own[name] == production[name], name


def test_nobody_serves_logs_because_everybody_reads_one_volume(services: dict[str, Any]) -> None:
    """Airflow would serve them on every interface of the container."""
    lasting = AIRFLOW_SERVICES - ONE_SHOT
    commands = {name: services[name]["command"] for name in lasting}

    assert {
        name: ["airflow", name, *arguments] for name, arguments in launcher.COMPONENTS.items()
    } == commands
    assert all("logs:/opt/airflow/logs" in services[name]["volumes"] for name in lasting)


def test_code_is_mounted_read_only_where_python_and_airflow_look_for_it(
    services: dict[str, Any],
) -> None:
    for name in AIRFLOW_SERVICES:
        settings, volumes = services[name]["environment"], services[name]["volumes"]

        assert ROOT_IN_IMAGE == settings["PYTHONPATH"]
        assert f"{ROOT_IN_IMAGE}/dags" == settings["AIRFLOW__CORE__DAGS_FOLDER"]
        assert f"{ROOT_IN_IMAGE}/plugins" == settings["AIRFLOW__CORE__PLUGINS_FOLDER"]
        for folder in ("dags", "plugins", "include"):
            assert f"./{folder}:{ROOT_IN_IMAGE}/{folder}:ro" in volumes, name
            assert (PROJECT_ROOT / folder).is_dir()
            assert f"COPY {folder} {ROOT_IN_IMAGE}/{folder}\n" in DOCKERFILE
    assert f"PYTHONPATH={ROOT_IN_IMAGE} " in DOCKERFILE
    assert f"COPY requirements.txt {ROOT_IN_IMAGE}/requirements.txt\n" in DOCKERFILE
    assert LAYOUT_ROOT == PROJECT_ROOT


def test_every_named_volume_has_a_folder_that_belongs_to_the_image_s_user(
    document: dict[str, Any], services: dict[str, Any]
) -> None:
    mounts = {
        tuple(volume.split(":")[:2])
        for name in AIRFLOW_SERVICES
        for volume in services[name]["volumes"]
        if volume[0] not in "./$"
    }

    assert set(document["volumes"]) == {volume for volume, _ in mounts} | {"postgres"}
    for _, folder in mounts:
        assert re.search(rf"{folder}( |$)", DOCKERFILE, re.MULTILINE), folder


def test_every_folder_that_tasks_write_into_lies_on_a_volume(services: dict[str, Any]) -> None:
    scheduler = services["scheduler"]
    code = Path(config.__file__).read_text(encoding="utf-8")
    folders = re.findall(r'"RECONCILIATION_([A-Z]+)", PROJECT_ROOT / "var" / "', code)

    assert {"STORE", "REPORTS", "NOTICES"} == set(folders)
    for name in folders:
        target = scheduler["environment"][f"RECONCILIATION_{name}"]
        assert f"{name.lower()}:{target}" in scheduler["volumes"]


def test_of_these_folders_other_systems_can_read_the_notices_alone() -> None:
    modes = re.findall(r"--mode=(0\d{3})((?:[ \\\n]+/[/\w]+)+)", DOCKERFILE)
    readable = [folders.split() for mode, folders in modes if mode != "0700"]

    assert [["/srv/reconciliation/notices"]] == readable
    assert any("/srv/reconciliation/reports" in folders for _, folders in modes)


def test_postgresql_keeps_its_data_where_the_image_of_18_puts_it(services: dict[str, Any]) -> None:
    assert services["postgres"]["image"].startswith("postgres:18.")
    assert ["postgres:/var/lib/postgresql"] == services["postgres"]["volumes"]


def test_the_tasks_have_every_connection_that_the_code_and_the_configuration_name(
    services: dict[str, Any],
) -> None:
    channels = {slack.CONNECTION_ID, mail.CONNECTION_ID, kafka.CONNECTION_ID}
    services_acted_on = {action.target.service for action in ACTIONS.values()}
    psps, providers = config.load().psps, payout_providers.load().values()
    own = {each.connection for each in (*psps, *providers)}
    expected = {*environment.CONNECTIONS, *services_acted_on, *own, *channels}
    given = {
        name.removeprefix("AIRFLOW_CONN_").lower()
        for name in services["scheduler"]["environment"]
        if name.startswith("AIRFLOW_CONN_")
    }

    assert expected == given, "a PSP needs its AIRFLOW_CONN_... at the service scheduler"


def test_every_book_and_whatever_writes_to_one_has_a_connection_of_its_own() -> None:
    read = {book_source.connection_of(book) for book in books()}
    written = {payouts_source.CONNECTION_ID, wallet_balances.OPERATIONS}

    assert read | written <= environment.CONNECTIONS.keys()
    assert all(environment.CONNECTIONS[name][1].endswith("_ro") for name in read)
    assert not any(environment.CONNECTIONS[name][1].endswith("_ro") for name in written)


def test_only_the_service_that_runs_tasks_holds_their_credentials(services: dict[str, Any]) -> None:
    """The API server writes down what comes from Slack, and alone can tell that it does."""
    others = {"api-server": {"AIRFLOW_CONN_RECONCILIATION", "AIRFLOW_CONN_SLACK_SIGNING"}}
    for name in services.keys() - {"scheduler"}:
        held = {key for key in services[name]["environment"] if key.startswith("AIRFLOW_CONN_")}

        assert others.get(name, set()) == held, name


def test_the_warehouse_is_reached_as_the_role_of_the_tasks(services: dict[str, Any]) -> None:
    texts = {
        services[name]["environment"]["AIRFLOW_CONN_RECONCILIATION"]
        for name in ("scheduler", "api-server")
    }
    connection = json.loads(*texts)

    assert environment.CONNECTIONS["reconciliation"] == (connection["schema"], connection["login"])
    assert "postgres" == connection["host"]


def test_a_drop_folder_is_mounted_where_its_connection_looks(services: dict[str, Any]) -> None:
    scheduler = services["scheduler"]
    path = json.loads(scheduler["environment"]["AIRFLOW_CONN_ADYEN"])["extra"]["path"]
    mounts = [volume for volume in scheduler["volumes"] if volume.startswith("${ADYEN_DROP_FOLDER")]

    assert [True] == [volume.endswith(f"}}:{path}:ro") for volume in mounts]


def test_the_init_gets_every_password_that_it_sets(services: dict[str, Any]) -> None:
    given = services["init"]["environment"]
    needed = {*container.ROLE_PASSWORDS.values(), *container.LOGIN_PASSWORDS.values()}

    assert needed <= given.keys()
    assert {"PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", container.LOGINS_FILE} <= given.keys()
    assert ["python", "-m", container.__name__] == services["init"]["command"]
    logins = {
        entry.split(":")[0]
        for entry in given["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"].split(",")
    }
    assert set(container.LOGIN_PASSWORDS) == logins


def test_no_secret_has_a_default(services: dict[str, Any]) -> None:
    secret = re.compile(r"PASSWORD|SECRET|_KEY|CONNECTION")
    found = {match["name"]: match["form"] for match in variables()}

    assert {":?"} == {form for name, form in found.items() if secret.search(name)}
    assert all(match["rest"].strip() for match in variables()), "say what the variable is"
    literals = {
        name: value
        for service in services.values()
        for name, value in service.get("environment", {}).items()
        if re.search(r"PASSWORD$|SECRET|FERNET|_KEY$", name) and not VARIABLE.fullmatch(value)
    }
    assert {} == literals


def test_the_example_lists_exactly_the_variables_that_compose_takes() -> None:
    text = (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8")
    required = re.findall(r"^([A-Z_]+)=$", text, re.MULTILINE)
    optional = dict(re.findall(r"^# ([A-Z_]+)=(.+)$", text, re.MULTILINE))

    assert {match["name"] for match in variables() if match["form"] == ":?"} == set(required)
    assert {
        match["name"]: match["rest"] for match in variables() if match["form"] == ":-"
    } == optional
    assert len(required) == len(set(required))


def test_ports_are_published_on_loopback_only(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert {"api-server": ["127.0.0.1:${AIRFLOW_PORT:-8080}:8080"]} == published


def test_airflow_runs_without_capabilities(services: dict[str, Any]) -> None:
    for name in AIRFLOW_SERVICES:
        assert ["ALL"] == services[name]["cap_drop"], name
        assert ["no-new-privileges:true"] == services[name]["security_opt"], name
        assert not services[name].get("privileges"), name


def test_server_settings_that_results_depend_on_are_those_of_the_embedded_server(
    services: dict[str, Any],
) -> None:
    text = (PROJECT_ROOT / "include/reconciliation/local/postgresql.conf").read_text(
        encoding="utf-8"
    )
    embedded = dict(re.findall(r"^(\w+) = '?([^'\n]+)'?$", text, re.MULTILINE))
    production = dict(word[2:].split("=", 1) for word in services["postgres"]["command"][1:])

    for name in ("jit", "client_connection_check_interval", "timezone", "max_connections"):
        assert embedded[name] == production[name], name
    assert "fsync" not in production
    assert (
        "--locale=C --encoding=UTF8" in services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    )
