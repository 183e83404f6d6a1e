"""bin/reconciliation server start|stop|status: the embedded PostgreSQL by hand."""

import argparse

from include.reconciliation.local.server import ensure_server, project_cluster, running


def main(arguments: list[str]) -> int:
    """Start, stop or show the server; `status` exits 3 when it is down."""
    parser = argparse.ArgumentParser(prog="reconciliation server", description=main.__doc__)
    parser.add_argument("verb", choices=("start", "stop", "status"))
    verb = parser.parse_args(arguments).verb
    if verb == "start":
        from include.reconciliation.local.prepare import prepare_warehouse

        server = ensure_server()
        prepare_warehouse(server)
        print(server.conninfo("reconciliation", "reconciliation_ro"))
        return 0
    if verb == "stop":
        cluster = project_cluster()
        if cluster.home.exists() and not cluster.stop():
            print("It is used by another command and ends with it.")
        return 0
    is_up = running()
    print("up" if is_up else "down")
    return 0 if is_up else 3
