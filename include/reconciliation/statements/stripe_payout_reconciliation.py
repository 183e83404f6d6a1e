"""Stripe's payout reconciliation report: the CSV of balance transactions with their payouts.

The same data as the API's, in major units. What the customer paid is the gross; the report's own
gross is in the currency of the balance. It has no row for the payout itself.
"""

from __future__ import annotations

from include.reconciliation.statements.description import CsvFormat
from include.reconciliation.statements.stripe_balance_transactions import TYPES

_COLUMNS = {
    "balance_transaction_id": "line_id",
    "created": "booked_time",
    "currency": "net_currency",
    "gross": "settled_gross",
    "fee": "cost_1",
    "net": "net",
    "reporting_category": "type",
}
_IGNORED = """
automatic_payout_effective_at, payment_method_type, card_brand, card_country, card_funding,
description, trace_id_status, gateway_account, customer_name, customer_email, customer_phone,
customer_address_line1, customer_address_line2, customer_address_city, customer_address_country
"""

STRIPE_PAYOUT_RECONCILIATION = CsvFormat(
    name="stripe_payout_reconciliation",
    title="Stripe payout reconciliation report (CSV)",
    how_to_fetch=(
        "a report run of payout_reconciliation.by_id.itemized.4 or "
        "balance_change_from_activity.itemized.7, in the zone of the PSP's entry"
    ),
    columns={
        **_COLUMNS,
        "customer_facing_amount": "gross",
        "customer_facing_currency": "gross_currency",
        "payment_intent_id": "psp_reference",
        "source_id": "event_reference",
        "payment_metadata[order_id]": "merchant_reference",
        "payment_metadata[merchant_reference]": "merchant_reference_2",
        "automatic_payout_id": "statement",
        "available_on": "value_date",
        "charge_id": "further_1",
    },
    required=frozenset(_COLUMNS.values()),
    ignored=frozenset(name.strip() for name in _IGNORED.split(",")),
    types=TYPES,
    time_layouts=("YYYY-MM-DD hh:mm:ss",),
    zone="psp",
    identities=("rows_tie",),
    statement_key="payout {}",
    statement_is_payout=True,
    payouts_have_no_row=True,
    line_scope="account",
    currency_in_any_case=True,
    further_kinds={"further_1": "charge"},
    notes=("Columns of metadata with another key are named in a notice and not read.",),
)
