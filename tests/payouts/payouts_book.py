"""A payouts system in which a test writes what it needs, and the worker that sends for it."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg

MINUTE = timedelta(minutes=1)


@dataclass
class PayoutsBook:
    """The company's own payouts system, as it writes itself; autocommit."""

    session: psycopg.Connection

    def payout(
        self,
        number: str,
        *,
        state: str,
        minutes: float = 20,
        seconds: float = 0,
        amount_minor: int = 125_00,
        currency: str = "BRL",
        provider: str = "northbank",
        reference: str | None = None,
        status: str | None = None,
        key_minutes: float | None = None,
    ) -> str:
        """A payout whose request went out so long ago: its state is SENDING or SENT."""
        age = timedelta(minutes=minutes, seconds=seconds)
        values = {
            "payout": f"pay-{number}",
            "order": f"pp-{number}",
            "key": f"key-{number}",
            "age": age,
            "key_age": age if key_minutes is None else timedelta(minutes=key_minutes),
            "amount": amount_minor,
            "currency": currency,
            "provider": provider,
            "reference": reference,
            "status": status or ("SENT" if state == "SENT" else "CREATED"),
            "task": state,
            "sent_age": age if state == "SENT" else None,
        }
        self.session.execute(
            """
            with payout as (
                insert into public.payouts values (
                    %(payout)s, 'payee', %(amount)s, %(currency)s, 'PROCESSING', null,
                    now() - %(key_age)s, now() - %(age)s
                )
            ), provider_payout as (
                insert into public.provider_payouts values (
                    %(order)s, %(payout)s, %(provider)s, %(key)s, %(reference)s, %(amount)s,
                    %(currency)s, %(status)s, now() - %(key_age)s, now() - %(sent_age)s::interval,
                    now() - %(age)s
                )
            )
            insert into public.outbox (provider_payout_id, status, queued_at, claimed_at, tries)
            values (%(order)s, %(task)s, now() - %(age)s, now() - %(age)s, 1)
            """,
            values,
        )
        return f"pp-{number}"

    def tasks(self) -> list[tuple[str, str]]:
        """Each payout with the state of its outbox task."""
        return self.session.execute(
            "select provider_payout_id, status from public.outbox order by 1, outbox.id"
        ).fetchall()

    def events(self) -> list[tuple[Any, ...]]:
        """What the payouts application was told."""
        return self.session.execute(
            "select provider_payout_id, idempotency_key, status, provider_reference,"
            " amount_minor, currency, origin from public.provider_events order by id"
        ).fetchall()

    def work(self, url: str) -> list[str]:
        """The company's worker: claims what is pending and sends it; says what was answered."""
        return [self._send(url, row) for row in self._claim()]

    def _claim(self) -> list[tuple[Any, ...]]:
        return self.session.execute(
            """
            with claimed as (
                update public.outbox
                set status = 'SENDING', claimed_at = clock_timestamp(), tries = tries + 1
                where status = 'PENDING' returning id, provider_payout_id
            )
            select claimed.id, idempotency_key, amount_minor, currency
            from claimed inner join public.provider_payouts as p on p.id = provider_payout_id
            order by claimed.id
            """
        ).fetchall()

    def _send(self, url: str, row: tuple[Any, ...]) -> str:
        task_id, key, amount, currency = row
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        order = {"idempotency_key": key, "amount": amount, "currency": currency}
        try:
            connection.request("POST", "/v1/payouts", json.dumps(order))
            taken = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            # The worker dies here: the task stays SENDING.
            return "lost"
        finally:
            connection.close()
        self.session.execute(
            """
            with task as (update public.outbox set status = 'SENT' where id = %(id)s)
            update public.provider_payouts
            set status = 'SENT', sent_at = now(), provider_reference = %(reference)s
            where idempotency_key = %(key)s
            """,
            {"id": task_id, "reference": taken["id"], "key": key},
        )
        return "sent"

    def age(self, minutes: float) -> None:
        """Lets time pass for every send that is under way."""
        self.session.execute(
            "update public.outbox"
            " set claimed_at = claimed_at - %(by)s, queued_at = queued_at - %(by)s",
            {"by": timedelta(minutes=minutes)},
        )
