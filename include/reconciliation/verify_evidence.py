"""`bin/reconciliation evidence verify [--strict] FILE…`: whether a pack proves what it says.

This file needs the standard library of Python alone: no database, nothing of the project, so that
whoever doubts the project can run a copy of it. FILE is a pack as JSON, or a PDF that carries one.
Seals, hash chains, order, replay and the sums of matches are made again from the rows in the pack
(docs/evidence.md). What can't be made again is counted: with --strict that is no proof either.
Exit codes: 0 all of it holds, 1 something does not or was not there to be proved, 2 the call was
wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FORM = "evidence-pack-1"
STATE_FORM = "payment-state-1"
PACK_BYTES_MAX = 1 << 28
SHOWN_MAX = 30
SEALS = ("sections_sha256", "seal_sha256")
LISTS = (
    "attempts", "decisions", "discrepancies", "events", "matches", "operator_actions", "positions",
    "rail_requests", "requests", "rows",
)  # fmt: skip
SECTIONS = {
    *LISTS, "code_version", "corrections", "form", "intent", "masked", "payment_id", "references",
    "replay", "sources", "verdict", "verdict_reasons",
}  # fmt: skip
# Which source each section is from; the others are the pack's own.
OF_THE_STORE = (
    "attempts", "decisions", "events", "intent", "operator_actions", "rail_requests", "replay",
)  # fmt: skip
OF_THE_WAREHOUSE = ("corrections", "discrepancies", "matches", "positions", "requests", "rows")
SOURCE_OF = {
    **dict.fromkeys(OF_THE_STORE, "payment_events"),
    **dict.fromkeys(OF_THE_WAREHOUSE, "reconciliation"),
}
# What a seal alone stands for: whoever seals a pack anew can change it.
ONLY_SEALED = (
    "attempts", "discrepancies", "intent", "operator_actions", "positions", "rail_requests",
    "references", "rows",
)  # fmt: skip
# What stands where something personal stood, and where nothing personal ever stands.
MASK = "***"
NEVER_MASKED = re.compile(
    r".*(_sha256|_at|_minor|_number)|accept_until|account_id|action|aspect|change|code_version|"
    r"currency|event|form|kind|leg|outcome|post_by|side|state|type|verdict"
)
UNCHECKED = "not checked: "
# What the hash of an event, and of a row of the correction log, is over, in this order.
EVENT_FIELDS = (
    "payment_id", "sequence_number", "event_id", "type", "attempt_id", "payload", "occurred_at",
    "recorded_at",
)  # fmt: skip
LOG_FIELDS = (
    "sequence_number", "event", "request_id", "action", "object_kind", "object_id", "psp",
    "account_id", "leg", "discrepancy_id", "episode", "currency", "amount_minor", "reason_code",
    "reason", "ticket", "psp_ticket", "accept_until", "post_by", "link_to", "state_before",
    "state_after", "requested_by", "on_behalf_of", "requested_at", "content_sha256", "approved_by",
    "approved_at", "second_approved_by", "second_approved_at", "result", "logged_at",
)  # fmt: skip
# What the hash of a request's content is over: what an approver of it approves.
REQUEST_FIELDS = (
    "request_id", "action", "object_kind", "object_id", "psp", "account_id", "leg",
    "discrepancy_id", "episode", "currency", "amount_minor", "reason_code", "reason", "ticket",
    "psp_ticket", "accept_until", "post_by", "link_to", "state_before", "state_after",
    "state_sha256", "preview", "requested_by", "on_behalf_of", "expires_at", "approvals_needed",
)  # fmt: skip
ENDS = {"applied", "rejected", "expired", "refused"}
MOMENTS = {
    "occurred_at", "recorded_at", "accept_until", "expires_at", "requested_at", "approved_at",
    "second_approved_at", "logged_at",
}  # fmt: skip
# The two machines: state, what happens, state after it (docs/decisions/018).
PAYMENT = """
    none created created, created authorised authorised, created cancelled failed,
    authorised attempt attempting, authorised failed_retryable retryable,
    authorised failed_finally failed, authorised cancelled failed, authorised expired expired,
    attempting sent attempting, attempting acknowledged attempting, attempting settled settled,
    attempting failed_retryable retryable, attempting failed_finally failed,
    attempting cancelled failed, attempting expired expired, retryable attempt attempting
"""
ATTEMPT = """
    none attempt created, created sent sent, created failed_retryable failed,
    created failed_finally failed, created cancelled failed, created expired expired,
    sent acknowledged acknowledged, sent failed_retryable failed, sent failed_finally failed,
    sent cancelled failed, sent expired expired, acknowledged settled settled,
    acknowledged failed_retryable failed, acknowledged failed_finally failed,
    acknowledged expired expired
"""
# The events that decide something: each has its entry among the decisions.
DECIDING = {"PaymentAuthorised", "PaymentFailed", "PaymentExpired"}
HAPPENS = {
    "PaymentIntentCreated": "created", "PaymentAuthorised": "authorised",
    "PaymentAttemptCreated": "attempt", "PaymentSentToRail": "sent",
    "PaymentAcknowledged": "acknowledged", "PaymentSettled": "settled",
    "PaymentExpired": "expired",
}  # fmt: skip
REASONS = {
    "RAIL": "failed_retryable", "TIMEOUT": "failed_retryable",
    "INSUFFICIENT_FUNDS": "failed_finally", "INVALID_ACCOUNT": "failed_finally",
    "FRAUD": "failed_finally", "EXPIRED": "failed_finally", "CANCELLED": "cancelled",
}  # fmt: skip
# How names are compared: what has a capital, and what is not seen.
LETTERS = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÆŒØĐÐðÞŁĦŦŊẞı", "abcdefghijklmnopqrstuvwxyzæœøđđđþłħŧŋßi"
)
UNSEEN = re.compile(
    r"[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u0300-\u036F\u061C\u1680\u180B-\u180E\u2000-\u200F"
    r"\u2028-\u202F\u205F-\u206F\u3000\uFE00-\uFE0F\uFEFF]"
)
Json = dict[str, Any]


class Wrong(Exception):
    """Something that a file says and that can't be so."""


def main(arguments: list[str]) -> int:
    """Verify each pack; 0 when all of them hold."""
    is_strict = "--strict" in arguments
    names = [word for word in arguments if word != "--strict"]
    if not names or any(word.startswith("-") for word in names):
        print("usage: bin/reconciliation evidence verify [--strict] FILE...\n\n" + str(__doc__))
        return 0 if {"-h", "--help"} & set(names) else 2
    holds = True
    for name in names:
        if not Path(name).is_file():
            print(f"{name} is no file", file=sys.stderr)
            return 2
        found, notes = verify(Path(name))
        unchecked = sum(text.startswith(UNCHECKED) for text in notes)
        holds = holds and not found and not (is_strict and unchecked)
        for text in found[:SHOWN_MAX]:
            print(f"does not hold: {shown(text)}")
        if len(found) > SHOWN_MAX:
            print(f"does not hold: {len(found) - SHOWN_MAX} more")
        for text in notes:
            print(shown(text))
        rest = f", {unchecked} things not checked" if unchecked else ""
        print(f"{name}: {'false' if found else 'true'}{rest.replace('1 things', '1 thing')}")
    return 0 if holds else 1


def verify(path: Path) -> tuple[list[str], list[str]]:
    """What does not hold of a pack, the gravest first, and what else is to be said of it."""
    found: list[str] = []
    notes: list[str] = []
    try:
        with path.open("rb") as file:
            content = file.read(PACK_BYTES_MAX + 1)
        if len(content) > PACK_BYTES_MAX:
            raise Wrong(f"it is larger than {PACK_BYTES_MAX} bytes")
        if content.startswith(b"%PDF-"):
            found += pdf_changes(content)
            content = attached(content)
            notes.append("not checked: what the pages show; all of this is about the JSON inside")
        pack = strict_json(content)
    except (Wrong, OSError, OverflowError) as error:
        return [*found, f"the file: {error}"], notes
    if pack.get("form") != FORM:
        return [*found, f"form: expected {FORM}, found {pack.get('form')!r}"], notes
    try:
        found += seal_breaks(pack, content)
    except UnicodeEncodeError:
        return [*found, "the file: a text in it is no Unicode"], notes
    found += [
        f"{name}: it is null: nothing of it is proved"
        for name in sorted(SECTIONS)
        if name in pack and pack[name] is None
    ]
    more, said = examine(pack)
    # What is null, too, is not said twice.
    found += [text for text in more if not text.endswith(", though its source was read")]
    if pack.get("verdict") != "holds":
        reasons = pack.get("verdict_reasons")
        for reason in reasons if isinstance(reasons, list) else []:
            # What was just found again is not said twice.
            if reason not in more:
                found.append(f"the pack itself says: {reason}")
        if not found:
            found.append(f"the pack itself says: {pack.get('verdict')!r}")
    notes += said
    notes.append(f"by the seal alone: {', '.join(ONLY_SEALED)}; who seals anew can change them")
    notes.append(f"seal {pack.get('seal_sha256')}: hold it against the copy that you trust")
    return found, notes


def seal_breaks(pack: Json, content: bytes) -> list[str]:
    """Which sections are not as they were sealed; empty when all bytes are."""
    found = []
    body = {name: value for name, value in pack.items() if name not in SEALS}
    for name in sorted(SECTIONS - body.keys()):
        found.append(f"{name}: the section is missing")
    for name in sorted(body.keys() - SECTIONS):
        found.append(f"{name}: not of this form")
    sealed = pack.get("sections_sha256")
    sealed = sealed if isinstance(sealed, dict) else {}
    for name in sorted(body):
        if sealed.get(name) != sha256(canonical(body[name])):
            found.append(f"{name}: its content has changed since it was sealed")
    if pack.get("seal_sha256") != sha256(canonical(sealed)):
        found.append("seal: it is not that of these sections")
    if not found and content != canonical(pack) + b"\n":
        found.append("the file: its bytes have changed, though not what they say")
    return found


def seals(body: Json) -> Json:
    """The two seals of a pack: the hash of each section, and the hash of all of these."""
    sections = {name: sha256(canonical(value)) for name, value in body.items()}
    return {"sections_sha256": sections, "seal_sha256": sha256(canonical(sections))}


def examine(pack: Json) -> tuple[list[str], list[str]]:
    """What the rows of a pack contradict, and what they could not be asked; seals aside."""
    examination = Examination(pack)
    for part in (
        examination.sources,
        examination.masks,
        examination.events,
        examination.decisions,
        examination.replay,
        examination.matches,
        examination.discrepancies,
        examination.corrections,
        examination.requests,
    ):
        try:
            part()
        except (Wrong, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            examination.found.append(f"{part.__name__}: unexpected content ({error!r})")
    return examination.found, examination.notes


class Examination:
    """One pack under examination."""

    def __init__(self, pack: Json) -> None:
        self.pack = pack
        self.found: list[str] = []
        self.notes: list[str] = []
        masked = pack.get("masked")
        self.masked = set(masked if isinstance(masked, list) else [])

    def _not_there(self, name: str) -> bool:
        """Whether a section was never read; what was read and is empty is there."""
        if self.pack[name] is None:
            self.notes.append(f"not checked: {name}: not in the pack")
        return self.pack[name] is None

    def _masked(self, path: str, fields: Iterable[str]) -> bool:
        return any(f"{path}/{name}" in self.masked for name in fields)

    def sources(self) -> None:
        """Each is named once; what was read is there, and what was not leaves no proof."""
        states: dict[str, str] = {}
        for source in self.pack["sources"]:
            if source["source"] in states or source["source"] not in SOURCE_OF.values():
                self.found.append(f"sources: {source['source']} is there twice, or is no source")
            states[source["source"]] = source["state"]
        for name in sorted(set(SOURCE_OF.values()) - states.keys()):
            self.found.append(f"sources: {name} is missing")
        for name, source in sorted(SOURCE_OF.items()):
            if self.pack[name] is None and states.get(source) == "read":
                self.found.append(f"{name}: it is null, though its source was read")
        unread = sorted(name for name, state in states.items() if state != "read")
        if unread and self.pack.get("verdict") == "holds":
            self.found.append(f"verdict: holds, though {' and '.join(unread)} was not read")

    def masks(self) -> None:
        """Each place that is said to be masked is one that can be, and holds a mask."""
        masked = self.pack["masked"]
        if len(set(masked)) < len(masked):
            self.found.append("masked: a place is named twice")
        for path in masked:
            values = list(at_path(self.pack, path))
            name = path.rpartition("/")[2]
            if len(values) != 1 or type(values[0]) is not str:
                self.found.append(f"masked: there is no text at {path}")
            elif NEVER_MASKED.fullmatch(name):
                self.found.append(f"masked: {path} holds nothing that is ever masked")
            elif MASK not in values[0]:
                self.found.append(f"masked: {path} holds no mask: what it says was never hidden")

    def events(self) -> None:
        """In order, numbered without a gap, each with its own hash and that of the one before."""
        if self._not_there("events"):
            return
        before: Json | None = None
        for place, event in enumerate(self.pack["events"]):
            number = typed(event, "sequence_number", int)
            name = f"event {number} ({event['event_id']})"
            previous = None if before is None else before["event_sha256"]
            last = 0 if before is None else before["sequence_number"]
            if number < last:
                self.found.append(f"{name}: it stands behind event {last}")
            elif number == last:
                self.found.append(f"{name}: two events have the number {number}")
            elif number > last + 1:
                self.found.append(f"{name}: event {last + 1} is missing before it")
            if event["previous_sha256"] != previous:
                self.found.append(f"{name}: it does not follow from the event before it")
            path = f"/events/{place}"
            if "/payment_id" in self.masked or self._masked(path, EVENT_FIELDS):
                self.notes.append(f"not checked: {name}: its own hash, since a part is masked")
            elif entry_sha256({"payment_id": self.pack["payment_id"], **event}, EVENT_FIELDS) != (
                typed(event, "event_sha256", str)
            ):
                self.found.append(f"{name}: its content does not have the hash that it was given")
            before = event

    def decisions(self) -> None:
        """Each event that decides has its decision, with its reason, its operator and approval."""
        if self._not_there("decisions"):
            return
        actions = {row["event_id"]: row for row in self.pack["operator_actions"] or []}
        told: Counter[str] = Counter()
        events = {event["event_id"]: event for event in self.pack["events"]}
        for decision in self.pack["decisions"]:
            event_id = decision["event_id"]
            event, action = events.get(event_id, {}), actions.get(event_id, {})
            told[event_id] += 1
            if any(event.get(name) != decision[name] for name in ("sequence_number", "type")):
                self.found.append(f"decisions: no event {event_id} says this")
                continue
            if event["type"] == "PaymentFailed" and (
                payload_of(event).get("reason") != decision["reason"]
            ):
                self.found.append(f"decisions: event {event_id} has another reason")
            for name in ("operator_id", "approval_id"):
                if action.get(name) != decision[name]:
                    self.found.append(f"decisions: no operator action has {name} of {event_id}")
        for event in self.pack["events"]:
            if event["type"] in DECIDING and told[event["event_id"]] != 1:
                self.found.append(
                    f"decisions: event {event['event_id']} ({event['type']}) has "
                    f"{told[event['event_id']]} decisions, not its one"
                )

    def replay(self) -> None:
        """The state made again from the events is the one in the pack, and the projection's."""
        if self._not_there("replay"):
            return
        said, payment_id = self.pack["replay"], self.pack["payment_id"]
        state, problems = replayed(payment_id, self.pack["events"])
        self.found += [f"replay: {problem}" for problem in problems]
        if problems:
            self.notes.append(
                f"the events can be followed to {state['sequence_number']}: {state['state']} then"
            )
        own, stored = sha256(canonical(state)), said["stored"]
        if self.masked and any(
            path == "/payment_id" or re.fullmatch(r"/events/\d+/(attempt_id|payload)", path)
            for path in self.masked
        ):
            self.notes.append("not checked: replay: its hash, since a part of an event is masked")
            own = said["replayed_sha256"]
        elif state != said["replayed"]:
            self.found.append(f"replay: the events give {state}, the pack says {said['replayed']}")
        if own != said["replayed_sha256"]:
            self.found.append(f"replay: the events give {own}, not {said['replayed_sha256']}")
        if stored is None:
            self._say(said, "replay: no projection is stored")
        elif stored["sequence_number"] < state["sequence_number"]:
            self._behind(said, stored)
        elif (stored["state_sha256"], stored["state"], stored["sequence_number"]) != (
            own,
            state["state"],
            state["sequence_number"],
        ):
            self.found.append(
                f"replay: the projection says {stored['state']} at event "
                f"{stored['sequence_number']} ({stored['state_sha256']}), the events give "
                f"{state['state']} at event {state['sequence_number']} ({own})"
            )

    def _behind(self, said: Json, stored: Json) -> None:
        reached = [
            event
            for event in self.pack["events"]
            if event["sequence_number"] <= stored["sequence_number"]
        ]
        state, _ = replayed(self.pack["payment_id"], reached)
        if stored["state"] != state["state"] or (
            not self.masked and stored["state_sha256"] != sha256(canonical(state))
        ):
            self.found.append(
                f"replay: the projection is not what the events to {stored['sequence_number']} give"
            )
        self._say(said, f"replay: the projection stands at event {stored['sequence_number']}")

    def _say(self, said: Json, text: str) -> None:
        """A difference, unless the newest events were seconds old when the pack was made."""
        (self.notes if said["outcome"] == "behind" else self.found).append(text)

    def matches(self) -> None:
        """Each match whose rows are all here comes to what it absorbed."""
        if self._not_there("matches"):
            return
        for match in self.pack["matches"]:
            rest: Counter[str] = Counter()
            members = Counter(row["side"] for row in match["rows"])
            for row in match["rows"]:
                sign = 1 if row["side"] == "statement" else -1
                rest[row["currency"]] += sign * (row["amount_minor"] or 0)
            left = sorted(minor for minor in rest.values() if minor)
            is_whole = members["statement"] == match["statement_lines"] and (
                members["ledger"] == match["ledger_transactions"]
            )
            absorbed = match["absorbed_minor"]
            if match["leg"] == "authorisation" or not match["is_proved"] or not is_whole:
                continue
            if left != ([absorbed] if absorbed else []):
                self.found.append(
                    f"match {match['match_id']} on {match['leg']}: its rows leave {dict(rest)}, "
                    f"absorbed {absorbed}"
                )

    def discrepancies(self) -> None:
        """Each has a history, and money in it only with a currency."""
        if self._not_there("discrepancies"):
            return
        for each in self.pack["discrepancies"]:
            if not each["history"]:
                self.found.append(f"discrepancy {each['discrepancy_id']}: it has no history")
            for version in each["history"]:
                if whole(version["delta_minor"]) and version["currency"] is None:
                    self.found.append(
                        f"discrepancy {each['discrepancy_id']}: an amount without a currency"
                    )

    def corrections(self) -> None:
        """Each row of the log has its own hash; rows side by side follow from each other."""
        if self._not_there("corrections"):
            return
        head, before = self.pack["corrections"]["head"], None
        for place, row in enumerate(self.pack["corrections"]["rows"]):
            number = typed(row, "sequence_number", int)
            name = f"log row {number}"
            if self._masked(f"/corrections/rows/{place}", LOG_FIELDS):
                self.notes.append(f"not checked: {name}: its own hash, since a part is masked")
            elif entry_sha256(row, LOG_FIELDS) != row["entry_sha256"]:
                self.found.append(f"{name}: its content does not have the hash that it was given")
            if before is not None and number <= before["sequence_number"]:
                self.found.append(f"{name}: it stands behind row {before['sequence_number']}")
            if before is not None and number == before["sequence_number"] + 1:
                if row["previous_sha256"] != before["entry_sha256"]:
                    self.found.append(f"{name}: it does not follow from the row before it")
            elif number == 1:
                if row["previous_sha256"] is not None:
                    self.found.append(f"{name}: it is the first, and follows from another")
            else:
                self.notes.append(f"not checked: {name}: the row before it is not in the pack")
            before = row
        if before is None:
            return
        if head is None or before["sequence_number"] > head["sequence_number"]:
            self.found.append("corrections: a row stands behind the end of the log")
        elif before["sequence_number"] == head["sequence_number"] and (
            before["entry_sha256"] != head["entry_sha256"]
        ):
            self.found.append("corrections: the last row is not the end of the log")

    def requests(self) -> None:
        """Each has its own hash and no end in the log; others than who asked answered that hash."""
        if self._not_there("requests"):
            return
        log = self.pack["corrections"]
        ended = {row["request_id"] for row in log["rows"] if row["event"] in ENDS} if log else set()
        for place, row in enumerate(self.pack["requests"]):
            name = f"request {row['request_id']}"
            if self._masked(f"/requests/{place}", REQUEST_FIELDS):
                self.notes.append(f"not checked: {name}: its own hash, since a part is masked")
            elif fields_sha256(row, REQUEST_FIELDS) != row["content_sha256"]:
                self.found.append(f"{name}: its content does not have the hash that it was given")
            if row["request_id"] in ended:
                self.found.append(f"{name}: it has ended in the log, and is told as if it had not")
            asked = {folded(row["requested_by"]), folded(row["on_behalf_of"] or "")}
            answered = [folded(answer["answered_by"]) for answer in row["answers"]]
            if asked & set(answered):
                self.found.append(f"{name}: somebody who asked for it has answered it")
            if len(set(answered)) < len(answered):
                self.found.append(f"{name}: somebody has answered it twice")
            if any(answer["content_sha256"] != row["content_sha256"] for answer in row["answers"]):
                self.found.append(f"{name}: an answer is to another content than it has")


def replayed(payment_id: str, events: list[Json]) -> tuple[Json, list[str]]:
    """The state after the events, as far as they can be followed, and what stopped them."""
    payment_machine, attempt_machine = machine(PAYMENT), machine(ATTEMPT)
    payment, newest, attempts, reason, last = "none", None, dict[str, str](), None, 0
    amount: int | None = None
    currency: str | None = None
    problems: list[str] = []
    for event in followed(events, problems):
        payload = payload_of(event)
        why = payload.get("reason") if event["type"] == "PaymentFailed" else None
        happens = REASONS.get(str(why)) if why is not None else HAPPENS.get(event["type"])
        if happens is None:
            problems.append(f"event {event['sequence_number']} is of a type that nobody knows")
            break
        last, attempt = event["sequence_number"], event["attempt_id"]
        target = payment_machine.get((payment, happens))
        own = attempt_machine.get((attempts.get(attempt, "none"), happens))
        names_one = happens == "attempt" or payment == "attempting"
        if target is None or (attempt is not None) != names_one or (names_one and own is None):
            problems.append(f"event {last} found the payment in {payment}")
            continue
        payment = target
        if attempt is not None and own is not None:
            attempts[attempt], newest = own, attempt
        if happens == "created":
            minor, currency = payload.get("amount_minor"), payload.get("currency")
            amount = None if minor is None else int(str(minor))
        reason = why if payment in ("retryable", "failed") else None
    state = {"attempting": "", "retryable": "FAILED"}.get(payment, payment.upper())
    if not state and newest is not None:
        state = attempts[newest].upper() if attempts[newest] != "created" else "AUTHORISED"
    return {
        "amount_minor": amount, "attempts": [list(pair) for pair in attempts.items()],
        "currency": currency, "form": STATE_FORM, "payment_id": payment_id, "reason": reason,
        "sequence_number": last, "state": state,
    }, problems  # fmt: skip


def followed(events: list[Json], problems: list[str]) -> Iterator[Json]:
    """The events numbered 1, 2, 3 and so on, as far as each number is there once."""
    numbers = Counter(event["sequence_number"] for event in events)
    if numbers and min(numbers) < 1:
        problems.append(f"an event has the number {min(numbers)}; numbers begin at 1")
        return
    by_number = {event["sequence_number"]: event for event in events}
    expected = 1
    while numbers[expected] == 1:
        yield by_number[expected]
        expected += 1
    if numbers[expected] > 1:
        problems.append(f"two events have the number {expected}")
    elif later := [number for number in numbers if number > expected]:
        problems.append(f"number {expected} is missing, and number {min(later)} is there")


def at_path(value: Any, path: str) -> Iterator[Any]:
    """What stands at a place such as /events/0/payload; the name of a field may have a / in it."""
    if not path:
        yield value
        return
    items: dict[str, Any] = {}
    if isinstance(value, dict):
        items = value
    elif isinstance(value, list):
        items = {str(number): item for number, item in enumerate(value)}
    for name, item in items.items():
        if path == f"/{name}" or path.startswith(f"/{name}/"):
            yield from at_path(item, path[len(name) + 1 :])


def payload_of(event: Json) -> Json:
    """What an event says beside its type."""
    payload = json.loads(event["payload"])
    return payload if isinstance(payload, dict) else {}


def machine(text: str) -> dict[tuple[str, str], str]:
    """The edges of a machine, from (state, what happens) to the state after it."""
    edges = (edge.split() for edge in text.split(","))
    return {(source, happens): target for source, happens, target in edges}


def entry_sha256(row: Json, fields: Iterable[str]) -> str:
    """The hash of a row and of all before it: each field with its length before it."""
    return values_sha256([row["previous_sha256"], *texts(row, fields)])


def fields_sha256(row: Json, fields: Iterable[str]) -> str:
    """The hash of these fields of a row, each with its length before it."""
    return values_sha256(list(texts(row, fields)))


def texts(row: Json, fields: Iterable[str]) -> Iterator[str | None]:
    """The fields as they go into a hash."""
    return (field_text(name, row[name]) for name in fields)


def values_sha256(values: list[str | None]) -> str:
    """The hash of texts, so that two can't run into each other and none is not empty."""
    return sha256(
        "".join(
            "-" if value is None else f"{len(value.encode())}:{value}" for value in values
        ).encode()
    )


def field_text(name: str, value: Any) -> str | None:
    """A field as it goes into a hash; moments are microseconds since 1970."""
    if value is None or name not in MOMENTS:
        return None if value is None else str(value)
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))


PDF_SEAL = re.compile(rb"%%EOF\n%evidence-pack-sha256 ([0-9a-f]{64})\n\Z")


def pdf_changes(content: bytes) -> list[str]:
    """Whether a PDF has the bytes that it was sealed with."""
    seal = PDF_SEAL.search(content)
    if seal is None:
        return ["the PDF: it does not end with its seal"]
    if sha256(content[: seal.start(1) - len(b"%evidence-pack-sha256 ")]) != seal[1].decode():
        return ["the PDF: its bytes have changed since it was sealed"]
    return []


def attached(content: bytes) -> bytes:
    """The JSON that a PDF carries: found as a viewer finds it, through its table of objects."""
    try:
        # The last one, as a viewer reads it; what stands on a page can't stand here.
        end = re.search(rb"startxref\s+(\d{1,12})\s+%%EOF\s*(?:%[^\n]*\n)?\Z", content[-1024:])
        assert end is not None
        at = int(end[1])
        table = re.match(rb"xref\s+0 (\d{1,6})\s+", content[at:])
        assert table is not None
        entries = content[at + table.end() :]
        offsets = [int(entries[20 * number :][:10]) for number in range(int(table[1]))]
        place = _reference(rb"trailer.*?/Root (\d+) 0 R", content[at:])
        for name in (rb"/Names (\d+) 0 R", rb"/EmbeddedFiles (\d+) 0 R", rb"\) (\d+) 0 R"):
            place = _reference(name, content[offsets[place] :])
        place = _reference(rb"/EF <<\s*/F (\d+) 0 R", content[offsets[place] :])
        stream = re.match(
            rb"\d+ 0 obj\s+<<[^>]*/ASCIIHexDecode[^>]*>>\s+stream\n([0-9a-f]*)>endstream",
            content[offsets[place] :],
        )
        assert stream is not None
        return bytes.fromhex(stream[1].decode())
    except (AssertionError, ValueError, IndexError) as error:
        raise Wrong("it is a PDF that carries no evidence pack") from error


def _reference(pattern: bytes, content: bytes) -> int:
    """The number of the object that an object (or the trailer) refers to."""
    found = re.search(pattern, content.partition(b"endobj")[0], re.DOTALL)
    assert found is not None
    return int(found[1])


def strict_json(content: bytes) -> Json:
    """An object without floats, without a key twice, and of whole numbers of 64 bits."""

    def pairs(found: list[tuple[str, Any]]) -> Json:
        known = dict(found)
        if len(known) < len(found):
            raise Wrong("a key is there twice")
        return known

    def integer(text: str) -> int:
        return whole(int(text)) if len(text) < 21 else whole(None)

    def refuse(text: str) -> None:
        raise Wrong(f"{text[:40]} is no whole number")

    try:
        value = json.loads(
            content.decode(),
            object_pairs_hook=pairs,
            parse_int=integer,
            parse_float=refuse,
            parse_constant=refuse,
        )
    except (ValueError, RecursionError) as error:
        raise Wrong(f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Wrong("no object of JSON")
    return value


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def whole(value: object) -> int:
    """A whole number of 64 bits."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Wrong("a number is no whole number of 64 bits")
    return value


def folded(name: str) -> str:
    """A person's name as the database compares it (`internal.folded_name`)."""
    return UNSEEN.sub("", unicodedata.normalize("NFKD", name).translate(LETTERS))


def typed(row: Json, name: str, kind: type) -> Any:
    """What a row says under a name, of that type."""
    if type(row.get(name)) is not kind:
        raise Wrong(f"{name} is missing or of another type")
    return row[name]


def shown(text: str) -> str:
    """The text with a question mark for what has no shape: it may come from outside."""
    return "".join(character if character.isprintable() else "?" for character in text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
