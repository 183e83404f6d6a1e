"""PostgreSQL has crashed between two steps: unlogged tables are empty, and nobody takes that for
an answer."""

import psycopg
import pytest
from psycopg import sql

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


def crash(place):
    """Empties what a crash empties."""
    conninfo = place.server.conninfo(place.names["reconciliation"], SUPERUSER)
    with psycopg.connect(conninfo, autocommit=True) as session:
        tables = session.execute(UNLOGGED).fetchall()
        assert tables, "the workspace has tables"
        for (table,) in tables:
            session.execute(sql.SQL("truncate {} cascade").format(sql.SQL(table)))


@pytest.mark.parametrize("step", course.NAMES[1:-1])
def test_a_step_after_a_crash_makes_again_what_it_misses(step, run, place, undisturbed):
    attempt_id = run.before(step)
    crash(place)
    for name in course.NAMES[course.NAMES.index(step) :]:
        run.run(name, attempt_id).value()
    assert undisturbed.left_behind == place.left_behind()


def test_a_report_is_never_made_of_emptied_tables(run, place):
    attempt_id = run.run_until("publish_run")
    before = place.left_behind()
    crash(place)
    outcome = run.run("write_discrepancy_report", attempt_id)
    assert outcome.is_final and "the rows that it is made of are gone" in outcome.error
    assert before == place.left_behind() and {} == before["files"]
