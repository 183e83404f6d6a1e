"""bin/airflow: the Airflow CLI with this checkout's settings, database and connections."""

import argparse
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

from include.reconciliation.errors import RequestError
from include.reconciliation.local.environment import process_environment
from include.reconciliation.local.prepare import prepare
from include.reconciliation.local.server import ServerError, borrowed_server
from include.reconciliation.trigger_form import DAG_ID, refuse

# Airflow's commands that start runs; they write to its database without asking its API.
STARTS_A_RUN = (["dags", "trigger"], ["dags", "test"], ["backfill", "create"])


def main(arguments: list[str]) -> int:
    """Run one Airflow command; the server is started if it is down and left as it was found."""
    try:
        refuse(_asked(arguments), datetime.now(UTC))
    except RequestError as error:
        print(error, file=sys.stderr)
        return 1
    if "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" in os.environ:
        # A metadata database of the user's own: nothing of ours is needed.
        return _run(arguments, dict(os.environ))
    try:
        with borrowed_server() as server:
            environment = process_environment(server)
            prepare(server, environment)
            return _run(arguments, environment)
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1


def _asked(arguments: list[str]) -> object:
    """The fields that a command gives a run of the reconciliation; None where it starts none."""
    named = [argument.rpartition("=")[2] for argument in arguments]
    if arguments[:2] not in STARTS_A_RUN or DAG_ID not in named:
        return None
    options = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    options.add_argument("-c", "--conf", "--dag-run-conf")
    try:
        given, _ = options.parse_known_args(arguments)
        return json.loads(given.conf or "null")
    except (argparse.ArgumentError, ValueError, RecursionError):
        # What is no call, or no JSON, Airflow itself refuses.
        return None


def _run(arguments: list[str], environment: dict[str, str]) -> int:
    child = subprocess.Popen([sys.executable, "-m", "airflow", *arguments], env=environment)
    # The terminal sends Ctrl-C to both; the child decides what it means, this process waits.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: child.send_signal(number))
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
