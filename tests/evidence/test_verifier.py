"""Whoever changes, removes, swaps or adds something in a pack is found, sealed anew or not."""

import ast
import json
import shutil
import subprocess
import sys

import pytest

from include.reconciliation import correction_chain, masking, payment_states, verify_evidence
from include.reconciliation.config import PROJECT_ROOT
from include.reconciliation.payment_replay import replay
from include.reconciliation.steps import evidence_pack
from tests.payment_events.events import TYPES, an_event, log


def test_every_byte_that_is_changed_breaks_the_pack_and_names_its_section(pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay()
    told = pack()
    content = told.path.read_bytes()
    copy = told.path.with_name("changed.json")
    unnoticed = []
    for place in range(0, len(content), 7):
        changed = bytes([content[place] ^ 1])
        copy.write_bytes(content[:place] + changed + content[place + 1 :])
        if not verify_evidence.verify(copy)[0]:
            unnoticed.append(place)

    assert [] == unnoticed
    at = content.index(b'"state":"SETTLED"') + 11
    copy.write_bytes(content[:at] + b"X" + content[at + 1 :])
    assert (
        "replay: its content has changed since it was sealed"
        == (verify_evidence.verify(copy)[0][0])
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "PaymentExpired"),
        ("payload", '{"amount_minor":9,"currency":"AUD"}'),
        ("attempt_id", "another"),
        ("event_id", "another"),
        ("occurred_at", "2026-11-19T08:00:00.000001Z"),
        ("recorded_at", "2026-11-19T09:00:00Z"),
    ],
)
def test_an_event_that_is_edited_is_named_though_the_pack_is_sealed_anew(  # type: ignore[no-untyped-def]
    pay, pack, field: str, value: str
) -> None:
    pay()

    found = pack().changed(lambda told: told["events"][0].update({field: value}), sealed=True)

    about = "another" if field == "event_id" else pack().document["events"][0]["event_id"]
    assert f"event 1 ({about}): its content does not have the hash that it was given" in found


def test_an_event_that_is_removed_is_named(pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay()
    told = pack()

    found = told.changed(lambda document: document["events"].pop(2), sealed=True)

    name = f"event 4 ({told.document['events'][3]['event_id']})"
    assert [
        f"{name}: event 3 is missing before it",
        f"{name}: it does not follow from the event before it",
        "replay: number 3 is missing, and number 4 is there",
    ] == found[:3]


def test_events_that_are_swapped_are_named(pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay()
    told = pack()

    def swap(document):  # type: ignore[no-untyped-def]
        events = document["events"]
        events[2], events[3] = events[3], events[2]

    name = f"event 3 ({told.document['events'][2]['event_id']})"
    assert f"{name}: it stands behind event 4" in told.changed(swap, sealed=True)


def test_the_last_events_cut_off_contradict_the_projection(pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay()

    def cut(document):  # type: ignore[no-untyped-def]
        del document["events"][4:]

    found = pack().changed(cut, sealed=True)

    assert any("the projection says SETTLED at event 6" in text for text in found)


def test_an_event_that_is_added_with_a_hash_that_fits_changes_the_state(pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay()

    def add(document):  # type: ignore[no-untyped-def]
        last = document["events"][-1]
        row = {**last, "sequence_number": 7, "event_id": "x", "type": "PaymentExpired"}
        row["previous_sha256"] = last["event_sha256"]
        row["event_sha256"] = verify_evidence.entry_sha256(
            {"payment_id": "payment", **row}, verify_evidence.EVENT_FIELDS
        )
        document["events"].append(row)

    assert "replay: event 7 found the payment in settled" in pack().changed(add, sealed=True)


def test_a_verdict_that_is_painted_green_does_not_hold(pay, owner, pack) -> None:  # type: ignore[no-untyped-def]
    pay()
    owner.execute("update payments.projections set state = 'FAILED'")

    def paint(document):  # type: ignore[no-untyped-def]
        document.update(verdict="holds", verdict_reasons=[])

    (found,) = pack().changed(paint, sealed=True)

    assert found.startswith("replay: the projection says FAILED at event 6 (")


@pytest.mark.parametrize("name", sorted(verify_evidence.SECTIONS - {"form"}))
def test_a_section_that_is_taken_out_is_missed(pay, pack, name: str) -> None:  # type: ignore[no-untyped-def]
    pay()

    assert f"{name}: the section is missing" in pack().changed(
        lambda document: document.pop(name), sealed=True
    )


@pytest.mark.parametrize("name", sorted(verify_evidence.SECTIONS))
def test_a_section_that_is_null_is_false_by_its_name(pay, pack, name: str) -> None:  # type: ignore[no-untyped-def]
    pay()

    found = pack().changed(lambda document: document.update({name: None}), sealed=True)

    assert any(text.startswith(f"{name}: ") for text in found), found


def test_a_source_that_is_said_to_be_unread_proves_nothing(pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay()

    def unread(document):  # type: ignore[no-untyped-def]
        document["sources"][1].update(state="not_configured", said="there is none")
        document.update(dict.fromkeys(verify_evidence.OF_THE_WAREHOUSE))

    found = pack().changed(unread, sealed=True)

    assert "verdict: holds, though reconciliation was not read" in found
    assert "matches: it is null: nothing of it is proved" in found


def cheaper(document):  # type: ignore[no-untyped-def]
    """The amount of the first event is another, and is said to be masked."""
    document["events"][0]["payload"] = '{"amount_minor":1,"currency":"AUD"}'
    document["replay"]["replayed"]["amount_minor"] = 1
    document["masked"] = ["/events/0/payload"]


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (cheaper, "/events/0/payload holds no mask: what it says was never hidden"),
        (lambda told: told.update(masked=["/payment_id"]), "/payment_id holds no mask: "),
        (lambda told: told.update(masked=["/events/99/payload"]), "there is no text at /events/99"),
        (
            lambda told: (
                told.update(masked=["/events/0/event_sha256"]),
                told["events"][0].update(event_sha256="***"),
            ),
            "/events/0/event_sha256 holds nothing that is ever masked",
        ),
        (
            lambda told: (
                told.update(masked=["/events/0/occurred_at"]),
                told["events"][0].update(occurred_at="***"),
            ),
            "/events/0/occurred_at holds nothing that is ever masked",
        ),
        (lambda told: told.update(masked=["/events/0/sequence_number"]), "there is no text at"),
    ],
)
def test_what_is_said_to_be_masked_must_hold_a_mask(pay, pack, change, about: str) -> None:  # type: ignore[no-untyped-def]
    pay()

    found = pack().changed(change, sealed=True)

    assert any(text.startswith("masked: ") and about in text for text in found), found


def retried(payment):  # type: ignore[no-untyped-def]
    """The rail fails late, an operator retries."""
    payment.mark_failed("RAIL")
    payment.retry()


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (lambda told: told["decisions"].clear(), "(PaymentAuthorised) has 0 decisions"),
        (lambda told: told["decisions"].pop(), "(PaymentFailed) has 0 decisions, not its one"),
        (
            lambda told: told["decisions"].append(told["decisions"][0]),
            "(PaymentAuthorised) has 2 decisions, not its one",
        ),
        (lambda told: told["decisions"][1].update(reason="FRAUD"), "has another reason"),
        (lambda told: told["decisions"][1].update(approval_id="a"), "has approval_id of "),
        (lambda told: told["operator_actions"].clear(), "no operator action has operator_id of "),
    ],
)
def test_each_event_that_decides_has_its_decision(pay, pack, change, about: str) -> None:  # type: ignore[no-untyped-def]
    pay(retried)

    found = pack().changed(change, sealed=True)

    assert any(text.startswith("decisions: ") and about in text for text in found), found


def test_what_can_not_be_checked_is_counted_and_no_strict_proof(pay, pack, capsys) -> None:  # type: ignore[no-untyped-def]
    pay(
        lambda payment: payment.add("PaymentSettled", {"holder_name": "Ana Silva"}, attempt=True),
        name="masked",
    )
    pay()
    path = str(pack("masked").path)

    assert 0 == verify_evidence.main([path])
    assert f"{path}: true, 2 things not checked\n" in capsys.readouterr().out
    assert 1 == verify_evidence.main(["--strict", path])
    assert 0 == verify_evidence.main(["--strict", str(pack("payment").path)])
    assert f"{path}: true\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "about"),
    [
        (b"", "no JSON"),
        (b"[]", "no object of JSON"),
        (b'{"form":"evidence-pack-2"}', "expected evidence-pack-1"),
        (b'{"form":"evidence-pack-1"}', "the section is missing"),
        (b'{"form":1,"form":2}', "a key is there twice"),
        (b'{"form":1.5}', "no whole number"),
        (b"[" * 100_000, "no JSON"),
        (b'{"form":"evidence-pack-1","payment_id":"\\ud800"}', "no Unicode"),
        (b"%PDF-1.4\n", "it does not end with its seal"),
        (b"\xff\xfe", "no JSON"),
    ],
)
def test_what_is_no_pack_is_told(tmp_path, content: bytes, about: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "pack.json"
    path.write_bytes(content)

    assert any(about in text for text in verify_evidence.verify(path)[0])


def test_other_bytes_that_say_the_same_are_other_bytes(pay, pack) -> None:  # type: ignore[no-untyped-def]
    pay()
    told = pack()
    copy = told.path.with_name("changed.json")
    copy.write_text(json.dumps(told.document, indent=1))

    assert ["the file: its bytes have changed, though not what they say"] == (
        verify_evidence.verify(copy)[0]
    )


def test_a_copy_of_the_one_file_verifies_without_the_project(pay, pack, tmp_path) -> None:  # type: ignore[no-untyped-def]
    pay()
    told = pack()
    shutil.copy(PROJECT_ROOT / "include" / "reconciliation" / "verify_evidence.py", tmp_path)
    command = [sys.executable, "-S", "-I", str(tmp_path / "verify_evidence.py"), str(told.path)]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.endswith(f"{told.path}: true\n")
    told.path.write_text(told.path.read_text().replace("SETTLED", "EXPIRED"))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert 1 == done.returncode
    assert "does not hold: replay: its content has changed since it was sealed\n" in done.stdout
    assert done.stdout.endswith(": false\n")


def test_the_verifier_imports_the_standard_library_alone() -> None:
    path = PROJECT_ROOT / "include" / "reconciliation" / "verify_evidence.py"
    imported = {
        name
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert {name for name in imported if name.split(".")[0] not in sys.stdlib_module_names} == set()


def test_its_machines_are_those_of_the_project() -> None:
    """The verifier stands alone, so it has the tables a second time: they must not come apart."""
    named = {"attempt_created": "attempt"}
    for own, edges in (
        (verify_evidence.PAYMENT, payment_states.PAYMENT_EDGES),
        (verify_evidence.ATTEMPT, payment_states.ATTEMPT_EDGES),
    ):
        assert {
            (str(edge.source), named.get(edge.trigger, str(edge.trigger))): str(edge.target)
            for edge in edges
        } == verify_evidence.machine(own)
    reasons = {
        *payment_states.RETRYABLE_REASONS, *payment_states.FINAL_REASONS, payment_states.CANCELLED,
    }  # fmt: skip
    assert {
        reason: str(payment_states.trigger_of("PaymentFailed", reason)) for reason in reasons
    } == verify_evidence.REASONS
    assert {
        str(kind): named.get(str(payment_states.trigger_of(kind, None)))
        or str(payment_states.trigger_of(kind, None))
        for kind in payment_states.EventType
        if kind != "PaymentFailed"
    } == verify_evidence.HAPPENS


def test_its_sections_and_decisions_are_those_that_a_pack_is_made_of() -> None:
    assert {str(kind) for kind in evidence_pack.DECISIONS} == verify_evidence.DECIDING
    assert masking.HIDDEN == verify_evidence.MASK


def test_a_row_of_the_log_is_hashed_over_the_fields_that_the_database_hashes() -> None:
    assert correction_chain.FIELDS == verify_evidence.LOG_FIELDS


@pytest.mark.parametrize(
    "path",
    [
        "",
        "created",
        "created authorised",
        "created failed::CANCELLED",
        "created authorised attempt:1",
        "created authorised attempt:1 sent:1 acknowledged:1 settled:1",
        "created authorised attempt:1 sent:1 failed:1:RAIL attempt:2 sent:2",
        "created authorised attempt:1 sent:1 acknowledged:1 failed:1:TIMEOUT",
        "created authorised attempt:1 sent:1 acknowledged:1 failed:1:FRAUD attempt:2",
        "created authorised failed::RAIL attempt:1 sent:2 sent:1",
        "created settled authorised authorised expired",
        "created authorised attempt:1 sent settled:1 created",
        "created authorised attempt:1 failed:1:SOLAR_FLARE sent:1",
        "created authorised warped attempt:1",
    ],
)
@pytest.mark.parametrize("without", [None, 1, 2, 4])
@pytest.mark.parametrize("twice", [None, 0, 2, 9])
def test_its_replay_is_that_of_the_project(
    path: str, without: int | None, twice: int | None
) -> None:
    events = [event for event in log(path) if event.sequence_number != without]
    if twice is not None:
        events.append(an_event(twice, "expired"))
    rows = [
        {
            "sequence_number": event.sequence_number,
            "type": str(event.type),
            "attempt_id": event.attempt_id,
            "payload": json.dumps(
                {"amount_minor": 1050, "currency": "AUD"}
                if event.type == TYPES["created"]
                else {"reason": event.reason}
            ),
        }
        for event in events
    ]

    state, problems = verify_evidence.replayed("payment", rows)

    expected = replay("payment", events)
    assert json.loads(expected.state.canonical_bytes()) == state
    assert len(expected.problems) == len(problems)
