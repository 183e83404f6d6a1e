"""What an evidence pack says of a payment in the event store, and of what could not be read."""

import json
import os
import stat
import subprocess
import sys

import psycopg
import pytest

from include.reconciliation.config import PROJECT_ROOT, reports_folder
from include.reconciliation.edges import store
from include.reconciliation.errors import Broken, RequestError, Transient
from include.reconciliation.identifiers import sha256_of
from include.reconciliation.steps import export_evidence as steps
from include.reconciliation.verify_evidence import OF_THE_WAREHOUSE


def retried(payment):  # type: ignore[no-untyped-def]
    """The rail fails late, an operator retries, the second attempt settles."""
    payment.mark_failed("RAIL")
    payment.retry()
    payment.send()
    payment.acknowledge()
    payment.settle()


def test_a_settled_payment_is_told_whole_and_its_replay_is_proved(pay, pack) -> None:  # type: ignore[no-untyped-def]
    history = pay(retried)

    told = pack()

    document = told.document
    assert ([], "holds", []) == (told.verify(), document["verdict"], document["verdict_reasons"])
    assert ("payment", 1050, "AUD") == (
        document["intent"]["payment_id"],
        document["intent"]["amount_minor"],
        document["intent"]["currency"],
    )
    assert [row.event_sha256 for row in history.events] == [
        event["event_sha256"] for event in document["events"]
    ]
    assert [row.payload for row in history.events] == [
        event["payload"] for event in document["events"]
    ]
    assert [
        ("PaymentAuthorised", None, None),
        ("PaymentFailed", "RAIL", "approval 000001"),
    ] == [(row["type"], row["reason"], row["approval_id"]) for row in document["decisions"]]
    assert ["mark_failed", "retry"] == [row["action"] for row in document["operator_actions"]]
    assert [1, 2] == [row["attempt_number"] for row in document["attempts"]]
    assert 2 == len(document["rail_requests"])
    (projection,) = history.projections
    replay = document["replay"]
    assert ("same", projection.state_sha256) == (replay["outcome"], replay["replayed_sha256"])
    assert {"state": "SETTLED", "sequence_number": 10, "state_sha256": projection.state_sha256} == (
        replay["stored"]
    )
    assert ["payment", "rail payment-attempt-1", "rail payment-attempt-2"] == document["references"]
    assert "2026-11-19T08:00:00Z" == document["events"][0]["occurred_at"]


def test_the_warehouse_was_asked_and_has_nothing(pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay()

    document = pack().document

    assert [("payment_events", "read"), ("reconciliation", "read")] == [
        (source["source"], source["state"]) for source in document["sources"]
    ]
    assert [[], [], []] == [document[name] for name in ("rows", "matches", "discrepancies")]
    assert {"head": None, "rows": []} == document["corrections"]


def test_a_partial_log_gives_the_state_that_the_payment_had_then(pay, owner, pack) -> None:  # type: ignore[no-untyped-def]
    pay()
    owner.execute("delete from payments.events where sequence_number = 5")

    told = pack()

    assert "does_not_hold" == told.document["verdict"]
    assert ("SENT", 4) == (
        told.document["replay"]["replayed"]["state"],
        told.document["replay"]["replayed"]["sequence_number"],
    )
    assert "replay: number 5 is missing, and number 6 is there" in told.verify()
    assert "the events can be followed to 4: SENT then" in told.notes()


def test_a_log_that_ends_early_differs_from_its_projection(pay, owner, pack) -> None:  # type: ignore[no-untyped-def]
    pay()
    owner.execute("delete from payments.events where sequence_number > 4")

    told = pack()

    (first, *_) = told.verify()
    assert first.startswith("replay: the projection says SETTLED at event 6 (")
    assert ", the events give SENT at event 4 (" in first
    assert "the projection says SETTLED, the events give SENT" in told.document["verdict_reasons"]


def test_a_projection_that_is_seconds_behind_is_told_and_holds(payment_events, pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay()
    (now,) = payment_events.execute("select now()").fetchone()
    from include.reconciliation.demo.payment_events.load import load
    from include.reconciliation.demo.payment_events.rows import EventStore, PaymentWriter, project

    history = EventStore()
    payment = PaymentWriter(history, "new", now)
    payment.create(1_050, "AUD")
    payment.authorise()
    history.projections += project(payment.events[:1])
    load(payment_events, history)

    told = pack("new")

    assert ([], "behind") == (told.verify(), told.document["replay"]["outcome"])
    assert "replay: the projection stands at event 1" in told.notes()


def test_an_event_of_an_unknown_type_leaves_the_pack_incomplete(payment_events, pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay(lambda payment: payment.add("PaymentTeleported", {}, attempt=True))

    told = pack()

    assert "incomplete" == told.document["verdict"]
    assert "replay: event 6 is of a type that nobody knows" in told.verify()


def test_a_payment_that_nobody_knows_is_refused(databases) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RequestError, match="nothing is known of a payment 'nobody'"):
        steps.export("nobody", "json")

    assert not (reports_folder() / "evidence").exists()


@pytest.mark.parametrize(
    ("payment_id", "format", "about"),
    [
        (" ", "json", "payment_id: expected 1 to 200"),
        ("p" * 201, "json", "payment_id: expected 1 to 200"),
        ("a\0b", "json", "payment_id: expected"),
        ("payment", "xlsx", "format: expected json or pdf, found 'xlsx'"),
    ],
)
def test_what_can_not_be_asked_is_refused(payment_id: str, format: str, about: str) -> None:
    with pytest.raises(RequestError, match=about):
        steps.export(payment_id, format)


def test_a_store_that_is_not_configured_or_not_read_is_said(  # type: ignore[no-untyped-def]
    databases, pay, pack, monkeypatch
) -> None:
    pay()
    monkeypatch.setenv("AIRFLOW_CONN_RECONCILIATION", other_database(databases))

    told = pack()

    assert ("incomplete", None, None) == tuple(
        told.document[name] for name in ("verdict", "matches", "corrections")
    )
    (reason,) = told.document["verdict_reasons"]
    assert reason.startswith("reconciliation: could not read: ")
    assert [
        *(f"{name}: it is null: nothing of it is proved" for name in OF_THE_WAREHOUSE),
        f"the pack itself says: {reason}",
    ] == told.verify()
    assert "not checked: matches: not in the pack" in told.notes()


def test_an_unread_store_is_never_taken_for_a_payment_that_is_not_there(  # type: ignore[no-untyped-def]
    databases, monkeypatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_PAYMENT_EVENTS", other_database(databases))
    with pytest.raises(Transient, match=r"not all could be asked .payment_events could not read: "):
        steps.export("payment", "json")
    monkeypatch.delenv("AIRFLOW_CONN_PAYMENT_EVENTS")
    monkeypatch.setattr(
        "include.reconciliation.edges.connections._from_airflow", _no_such_connection
    )
    with pytest.raises(RequestError, match="payment_events not configured: there is no"):
        steps.export("payment", "json")


def _no_such_connection(connection_id: str) -> None:
    from include.reconciliation.errors import ConfigurationError

    raise ConfigurationError(f"there is no connection {connection_id!r}")


def other_database(databases) -> str:  # type: ignore[no-untyped-def]
    """A connection to a database that is not there."""
    entry = json.loads(databases.connection_json("payment_events", "payment_events_ro"))
    return json.dumps({**entry, "schema": "no_such_database"})


def test_a_pack_is_kept_and_lies_under_a_safe_name_for_its_owner_alone(pay) -> None:  # type: ignore[no-untyped-def]
    pay(name="../../etc/pass wd\n=1+1")

    made = steps.export("../../etc/pass wd\n=1+1", "json")

    assert made.path.is_relative_to(reports_folder() / "evidence")
    assert f"evidence_pack_etc_pass_wd_1_1_{made.sha256[:16]}.json" == made.path.name
    assert 0o600 == stat.S_IMODE(made.path.stat().st_mode)
    assert made.path.read_bytes() == store.read(made.sha256)
    assert 0o600 == stat.S_IMODE(store.path(made.sha256).stat().st_mode)


def test_an_output_that_is_there_with_other_bytes_stays(pay, tmp_path) -> None:  # type: ignore[no-untyped-def]
    pay()
    path = tmp_path / "pack.json"
    steps.export("payment", "json", path)
    steps.export("payment", "json", path)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    path.write_text("signed")

    with pytest.raises(RequestError, match="is there, with other bytes"):
        steps.export("payment", "json", path)
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RequestError, match="is there, with other bytes"):
        steps.export("payment", "json", link)

    assert ("signed", False) == (path.read_text(), (tmp_path / "elsewhere").exists())


@pytest.mark.parametrize("format", ["json", "pdf"])
def test_the_same_sources_give_the_same_bytes(pay, tmp_path, format: str) -> None:  # type: ignore[no-untyped-def]
    pay(retried)
    paths = []
    for zone, seed in (("Asia/Kathmandu", "1"), ("America/St_Johns", "4711")):
        paths.append(tmp_path / f"{seed}.{format}")
        done = subprocess.run(
            [sys.executable, "-m", "include.reconciliation.cli", "evidence", "--payment",
             "payment", "--format", format, "--output", str(paths[-1])],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"},
            cwd=PROJECT_ROOT, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert 0 == done.returncode, done.stderr
        assert f"sha256 {sha256_of(paths[-1].read_bytes())}\nverdict holds\n" in done.stdout

    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_the_command_says_what_does_not_hold(pay, owner, capsys) -> None:  # type: ignore[no-untyped-def]
    pay()
    owner.execute("update payments.projections set state = 'FAILED'")

    assert 1 == steps.main(["--payment", "payment"])
    assert "verdict does_not_hold" in capsys.readouterr().out
    assert 2 == steps.main(["--payment", "nobody"])
    assert "nothing is known of a payment 'nobody'" in capsys.readouterr().err


def test_a_pack_that_does_not_hold_is_kept_and_red(pay, owner) -> None:  # type: ignore[no-untyped-def]
    pay()
    held = steps.export_evidence("payment", "json")
    owner.execute("update payments.projections set state = 'FAILED'")
    broken = steps.export_evidence("payment", "json")

    assert "holds" == steps.the_pack_proves_the_payment(held)
    with pytest.raises(Broken, match=f"is kept .{broken}., and says does_not_hold: replay: the"):
        steps.the_pack_proves_the_payment(broken)


def test_personal_data_is_masked_and_the_chain_still_links(pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay(
        lambda payment: payment.add(
            "PaymentSettled",
            {"holder_name": "Ana Silva", "note": "card 4111 1111 1111 1111, ana@example.com"},
            attempt=True,
        )
    )

    told = pack()

    text = told.path.read_text()
    assert not [word for word in ("Ana", "4111 1111", "ana@", "example.com") if word in text]
    assert (
        '{"holder_name":"***","note":"card ***1111, ***"}'
        == (told.document["events"][5]["payload"])
    )
    assert ["/events/5/payload"] == told.document["masked"]
    assert ([], "holds") == (told.verify(), told.document["verdict"])
    event_id = told.document["events"][5]["event_id"]
    assert f"not checked: event 6 ({event_id}): its own hash, since a part is masked" in (
        told.notes()
    )


def test_the_application_reads_and_changes_nothing(pay, pack, databases) -> None:  # type: ignore[no-untyped-def]
    pay()
    with psycopg.connect(databases.conninfo("payment_events", "postgres")) as session:
        query = "select xmin::text, * from payments.events order by event_id"
        before = session.execute(query).fetchall()
        pack()
        assert before == session.execute(query).fetchall()
