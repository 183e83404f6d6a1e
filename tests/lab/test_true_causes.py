"""Of a planted fault the true cause may be claimed, or none: any other is told."""

from __future__ import annotations

import pytest

from include.reconciliation.demo.compare import Finding
from include.reconciliation.demo.labels import Label
from include.reconciliation.edges.warehouse import SQL_FOLDER
from include.reconciliation.lab import true_causes
from include.reconciliation.lab.catalogue import BY_NAME
from include.reconciliation.lab.plan import plan
from include.reconciliation.lab.trial import try_plans
from include.reconciliation.lab.true_causes import TRUE_CAUSES, verdicts
from include.reconciliation.local.server import Server

LABEL = Label(
    fault="sign_flipped", psp="adyen", account="Packed", aspect="amount", kind="amount_mismatch",
    currency="EUR", delta_minor=2000, exposure_minor=2000, psp_reference="P1", event="C1",
)


def found(is_open: bool = True) -> tuple[Label, Finding]:
    """The label with its finding, whose id is d1."""
    return LABEL, Finding(
        discrepancy_id="d1", event_id="e1", psp="adyen", account="Packed", leg=LABEL.leg,
        aspect="amount", kind="amount_mismatch", currency="EUR", delta_minor=2000,
        exposure_minor=2000, psp_reference="P1", is_open=is_open,
    )


@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [("sign_flipped", "right"), ("amount_hundredfold", "wrong"), (None, "none")],
)
def test_a_claim_is_right_when_it_is_the_cause_that_was_planted(
    claimed: str | None, verdict: str
) -> None:
    of_kind = {("d1", "amount_mismatch"): claimed} if claimed else {}

    assert [(LABEL, claimed, verdict)] == list(verdicts([found()], of_kind))


def test_of_what_is_put_right_no_cause_is_asked() -> None:
    assert [] == list(verdicts([found(is_open=False)], {}))


def test_every_true_cause_is_one_that_there_is_of_a_fault_that_is_planted() -> None:
    known = {path.stem for path in (SQL_FOLDER / "causes").rglob("*.sql")}

    assert TRUE_CAUSES.keys() <= BY_NAME.keys()
    assert frozenset().union(*TRUE_CAUSES.values()) <= known


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_cause_that_is_not_true_fails_the_seed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The canary: the true cause is claimed, and the lab is told that there is none."""
    seed = next(seed for seed in range(500) if plan(seed).faults == ("sign_flipped",))
    monkeypatch.setattr(true_causes, "TRUE_CAUSES", {})

    counted = try_plans(server, [plan(seed)])

    ((_, [sentence]),) = counted.problems.items()
    assert sentence.startswith("sign_flipped is claimed, not true, of ")
    assert not counted.is_exact
