"""PostgreSQL has crashed between two steps: unlogged tables are empty, and nobody takes that for
an answer."""

import re

import psycopg
import pytest
from psycopg import sql

from include.reconciliation.edges import warehouse
from include.reconciliation.lab.kills import course
from include.reconciliation.lab.kills.course import Course
from include.reconciliation.local.bootstrap import SUPERUSER

pytestmark = pytest.mark.slow

UNLOGGED = """
    select oid::regclass::text from pg_class
    where relpersistence = 'u' and relkind = 'r' and relnamespace::regnamespace::text like 'work%'
"""


@pytest.fixture
def run(place, children):
    """The run of `books`."""
    return Course(children, course.environment(place.server, place, place.folder))


def superuser(place):
    """A session of the one who may do anything."""
    conninfo = place.server.conninfo(place.names["reconciliation"], SUPERUSER)
    return psycopg.connect(conninfo, autocommit=True)


def crash(place):
    """Empties what a crash empties."""
    with superuser(place) as session:
        tables = session.execute(UNLOGGED).fetchall()
        assert tables, "the workspace has tables"
        for (table,) in tables:
            session.execute(sql.SQL("truncate {} cascade").format(sql.SQL(table)))


@pytest.mark.parametrize("step", course.NAMES[1:])
def test_a_step_after_a_crash_makes_again_what_it_misses(step, run, place, undisturbed):
    attempt_id = run.before(step)
    crash(place)
    for name in course.NAMES[course.NAMES.index(step) :]:
        run.run(name, attempt_id).value()
    assert undisturbed.left_behind == place.left_behind()


def test_a_report_is_never_made_of_emptied_tables(run, place):
    attempt_id = run.run_until("publish_run")
    before = place.left_behind()
    with superuser(place) as session:
        session.execute(f"alter table work_{attempt_id}.work_items set unlogged")
    crash(place)
    outcome = run.run("write_discrepancy_report", attempt_id)
    assert outcome.is_final and "the rows that it is made of are gone" in outcome.error
    assert before == place.left_behind() and {} == before["files"]


def test_whatever_a_report_reads_in_the_workspace_outlives_a_crash():
    """Also what no run of `books` has: payouts, causes, fees."""
    reports = [path.read_text() for path in (warehouse.SQL_FOLDER / "reports").glob("*.sql")]
    read = {name for text in reports for name in re.findall(r"(?:from|join)\s+(work_\w+)", text)}
    views = {"work_report_discrepancies", "work_report_pending", "work_open_items"}
    assert views < read
    made = [
        found
        for path in warehouse.SQL_FOLDER.rglob("*.sql")
        if "bench" not in path.parts
        for found in re.findall(r"create (unlogged )?table (work_\w+)", path.read_text())
    ]
    # The view of the open items stands on the table of the open rows.
    assert read - views | {"work_open_rows"} <= {name for unlogged, name in made if not unlogged}
