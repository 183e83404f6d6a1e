"""bin/airflow: the Airflow CLI with this checkout's settings, database and connections."""

import os
import signal
import subprocess
import sys

from include.reconciliation.local.environment import process_environment
from include.reconciliation.local.prepare import prepare
from include.reconciliation.local.server import ServerError, borrowed_server


def main(arguments: list[str]) -> int:
    """Run one Airflow command; the server is started if it is down and left as it was found."""
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


def _run(arguments: list[str], environment: dict[str, str]) -> int:
    child = subprocess.Popen([sys.executable, "-m", "airflow", *arguments], env=environment)
    # The terminal sends Ctrl-C to both; the child decides what it means, this process waits.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: child.send_signal(number))
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
