"""A test's own ledger in the place of the benchmark's."""

import psycopg


class OwnLedger:
    """What the benchmark asks of its databases to make its books, on the databases of a test."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo

    def ledger_owner(self) -> psycopg.Connection:
        session = psycopg.connect(self.conninfo)
        session.execute("set role payments_ledger_owner")
        return session
