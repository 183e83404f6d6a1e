"""How a step becomes an Airflow task, and how its end is told to Airflow.

What can pass is tried again with a back-off, a provider's own `Retry-After` first; what can't fails
at once. Only an attempt's id travels between tasks: rows and money stay in the warehouse.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any

from include.reconciliation import windows
from include.reconciliation.errors import Final, Paused, ProviderUnavailable
from include.reconciliation.trigger_form import moment, refuse, refuse_unknown_fields

log = logging.getLogger(__name__)

# A provider that asks for more is asked again after this long; more would outlast the hour's run.
LONGEST_WAIT = timedelta(minutes=10)
# Errors of the program itself: the same code on the same rows ends the same way.
DEFECTS = (
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    TypeError,
    ValueError,
)
# What Airflow calls the start of a run, and what the warehouse does.
TRIGGERS = {
    "scheduled": "scheduled",
    "backfill": "backfill",
    "manual": "manual",
    "operator_triggered": "manual",
    "asset_triggered": "asset",
    "asset_materialization": "asset",
}


def retries() -> dict[str, Any]:
    """The default arguments of every task: five tries within five minutes, unless it is final."""
    from airflow.sdk import RetryPolicy
    from airflow.sdk.definitions.retry_policy import RetryDecision

    class AsTheErrorSays(RetryPolicy):
        """Fails at once what can't pass, and waits as long as a provider asks."""

        def evaluate(
            self,
            exception: BaseException,
            try_number: int,
            max_tries: int,
            context: Any = None,
        ) -> RetryDecision:
            if isinstance(exception, (Final, *DEFECTS)):
                return RetryDecision.fail(reason=f"{type(exception).__name__}: can't pass")
            if isinstance(exception, ProviderUnavailable) and exception.retry_after is not None:
                wait = max(timedelta(0), min(exception.retry_after, LONGEST_WAIT))
                return RetryDecision.retry(delay=wait, reason="the provider asked to wait")
            return RetryDecision.default()

        def serialize(self) -> dict[str, Any]:
            return {"__type": type(self).__name__}

    return {
        "retries": 4,
        "retry_delay": timedelta(seconds=20),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=5),
        "retry_policy": AsTheErrorSays(),
        # The longest statement of the warehouse may take half an hour.
        "execution_timeout": timedelta(hours=1),
    }


@contextmanager
def told_to_airflow() -> Iterator[None]:
    """Turns the ends of a step into Airflow's: a final error fails, a pause skips."""
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    try:
        yield
    except Paused as pause:
        raise AirflowSkipException(str(pause)) from None
    except Final as error:
        # Airflow never asks a retry policy about this one: no try is left, whatever the settings.
        raise AirflowFailException(f"{type(error).__name__}: {error}") from error


def accounts(
    choose: Callable[[list[str]], list[dict[str, str]]], **settings: Any
) -> Callable[..., Any]:
    """The first task of a run: refuses what nobody can do, and names the accounts to map over."""
    from airflow.sdk import get_current_context, task

    @task(task_id=choose.__name__, multiple_outputs=False, **settings)
    def body() -> list[dict[str, str]]:
        context = get_current_context()
        with told_to_airflow():
            now = datetime.now(UTC)
            refuse(context["dag_run"].conf, now)
            windows.check_interval(context["dag_run"].data_interval_end, now)
            return choose(context["params"]["psps"])

    return body


def window(choose: Callable[..., int], **settings: Any) -> Callable[..., Any]:
    """The first task of an account: hands `choose` what the run was asked, returns its attempt."""

    def work(psp: str, account: str, context: Mapping[str, Any]) -> int:
        return choose(psp, account, **request_of(context))

    return _account_task(choose.__name__, work, settings)


def step(do: Callable[[int], object], **settings: Any) -> Callable[..., Any]:
    """A later task of an account: takes an attempt, does one step of it, and passes it on."""

    def work(psp: str, account: str, context: Mapping[str, Any], attempt_id: int) -> int:
        result = do(attempt_id)
        log.info("%s / %s, attempt %s: %s gave %r", psp, account, attempt_id, do.__name__, result)
        return attempt_id

    return _account_task(do.__name__, work, settings)


def run(do: Callable[[str], int], **settings: Any) -> Callable[..., Any]:
    """A task for all accounts of a run at once, which `do` finds by the run's id."""
    from airflow.sdk import get_current_context, task

    @task(task_id=do.__name__, multiple_outputs=False, **settings)
    def body() -> int:
        with told_to_airflow():
            return do(get_current_context()["dag_run"].run_id)

    return body


def by_hand(do: Callable[..., object], *, moments: Sequence[str] = ()) -> Callable[..., Any]:
    """A task that does what a form asks, in the name of who triggered it; `moments` are times.

    The fields of the form are the arguments of `do`, but for `changed_by`.
    """
    from airflow.sdk import get_current_context, task

    fields = [name for name in signature(do).parameters if name != "changed_by"]

    @task(task_id=do.__name__, multiple_outputs=False)
    def body() -> None:
        context = get_current_context()
        run, form = context["dag_run"], context["params"]
        with told_to_airflow():
            # Airflow adds fields that nobody declared to the others.
            refuse_unknown_fields(run.conf, fields)
            asked = {name: form[name] for name in fields}
            asked |= {name: moment(name, form[name]) for name in moments}
            do(**asked, changed_by=run.triggering_user_name or "nobody named")

    return body


def as_of(do: Callable[[str, datetime], object], book: str) -> Callable[..., Any]:
    """A task that does something with a book as of the moment of its run (`moment_of`)."""
    from airflow.sdk import get_current_context, task

    @task(task_id=do.__name__, multiple_outputs=False)
    def body() -> None:
        with told_to_airflow():
            log.info("%s: %s", book, do(book, moment_of(get_current_context(), ("as_of",))))

    return body


def counted(do: Callable[[], dict[str, int]], **settings: Any) -> Callable[..., Any]:
    """A task that works through a batch and returns what it counted."""
    from airflow.sdk import task

    @task(task_id=do.__name__, multiple_outputs=False, **settings)
    def body() -> dict[str, int]:
        with told_to_airflow():
            return do()

    return body


def moment_of(context: Mapping[str, Any], fields: Sequence[str]) -> datetime:
    """The moment that every try of a run has in common; `fields` are those that its form has.

    The form's, else the end of the interval; by hand, where that may be a week ago, the moment of
    the trigger. Raises RequestError when a field is unknown or unreadable.
    """
    run, form = context["dag_run"], context["params"]
    refuse_unknown_fields(run.conf, fields)
    ends = run.data_interval_end if _trigger(run) != "manual" else None
    return moment("as_of", form["as_of"]) or ends or run.run_after


def request_of(context: Mapping[str, Any]) -> dict[str, Any]:
    """What a run was asked to do, from its form and its interval; both may be empty.

    Raises RequestError when a field is unknown or unreadable.
    """
    run, form = context["dag_run"], context["params"]
    refuse_unknown_fields(run.conf)
    return {
        "airflow_run_id": run.run_id,
        "trigger": _trigger(run),
        # A run without a logical date has no interval, and the context not even the keys.
        "interval_start": run.data_interval_start,
        "interval_end": run.data_interval_end,
        "window_start": moment("window_start", form["window_start"]),
        "window_end": moment("window_end", form["window_end"]),
        "dry_run": form["dry_run"],
        "include_paused": form["include_paused"],
        "language": form["language"],
        "requested_by": run.triggering_user_name,
        "note": form["note"] or None,
    }


def _trigger(run: Any) -> str:
    return TRIGGERS[str(getattr(run.run_type, "value", run.run_type))]


def _account_task(name: str, work: Callable[..., int], settings: Mapping[str, Any]) -> Any:
    from airflow.sdk import get_current_context, task

    @task(
        task_id=name,
        map_index_template="{{ psp_account }}",
        multiple_outputs=False,
        **settings,
    )
    def body(psp: str, account: str, attempt_id: int | None = None) -> int:
        context = get_current_context()
        # First, so that a task that fails is labelled too.
        context["psp_account"] = f"{psp} / {account}"
        with told_to_airflow():
            if attempt_id is None:
                return work(psp, account, context)
            return work(psp, account, context, attempt_id)

    return body
