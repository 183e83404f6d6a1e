"""Exports what is known of one payment, with its proofs, for a regulator, a dispute or a review.

**What.** Intent, decisions, the whole event stream with its hash chain, matches and discrepancies
of all runs, operator actions, corrections, and the replay with its SHA-256: canonical JSON under a
seal, or a PDF that carries it. E-mails, card and account numbers are masked.

**When.** By hand: the payment's id (or the PSP's, or the company's reference) and the format.

**Reads** `payment_events` and the warehouse, in one snapshot each. **Writes** the content store and
`evidence/` of the reports folder, for the user of the workers alone.

**Rerun is safe.** The same sources give the same bytes; a pack that is there is never changed.

**When it is red** the pack is kept all the same: `the_pack_proves_the_payment` says what in it does
not hold, or what could not be read (`docs/evidence.md`).
"""

from datetime import UTC, datetime

from airflow.sdk import Param, dag, get_current_context, task

from include.reconciliation import trigger_form
from include.reconciliation.edges import task_outcome as task_for
from include.reconciliation.steps import export_evidence as steps

PAYMENT = {"type": "string", "minLength": 1, "maxLength": steps.PAYMENT_CHARACTERS_MAX}


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    default_args={"owner": "finance", **task_for.retries()},
    doc_md=__doc__,
    tags=["evidence"],
    params={
        "payment_id": Param(**PAYMENT, title="Payment"),
        "format": Param("json", enum=list(steps.FORMATS), title="Format"),
    },
)
def payment_evidence_pack() -> None:
    @task(multiple_outputs=False)
    def export_evidence() -> str:
        context = get_current_context()
        with task_for.told_to_airflow():
            trigger_form.refuse_unknown_fields(context["dag_run"].conf, ("payment_id", "format"))
            return steps.export_evidence(**context["params"])

    @task(multiple_outputs=False)
    def the_pack_proves_the_payment(json_sha256: str) -> str:
        with task_for.told_to_airflow():
            return steps.the_pack_proves_the_payment(json_sha256)

    the_pack_proves_the_payment(export_evidence())


payment_evidence_pack()
