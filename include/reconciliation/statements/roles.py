"""The roles that a column of a CSV statement may have: the columns of `work_raw_rows`.

The SQL of the CSV formats knows roles only. A role that a format lacks is NULL in every row.
"""

from __future__ import annotations

from collections.abc import Mapping

COSTS = ("cost_1", "cost_2", "cost_3", "cost_4", "cost_5", "cost_6")
TAXES = ("tax_1", "tax_2", "tax_3")
FURTHER = ("further_1", "further_2", "further_3", "further_4")
AMOUNTS = (
    *("gross_debit", "gross_credit", "gross", "settled_gross", "exchange_rate"),
    *COSTS,
    *TAXES,
    *("net_debit", "net_credit", "net", "balance"),
)
# What rows are grouped or found by: how many values there are is worth counting.
COUNTED = frozenset(
    {
        *("booked_time", "booked_zone", "fallback_time", "fallback_zone", "value_date"),
        *("account", "statement", "type", "subtype", "gross_currency", "net_currency"),
    }
)
# Times are looked through before anything else.
READ_FIRST = ("booked_time", "booked_zone", "fallback_time", "fallback_zone", "value_date")

ROLES: Mapping[str, str] = {
    "account": "the merchant's account, as the PSP's entry writes it",
    "statement": "what tells the statements of a file apart, such as the batch or the payout",
    "line_id": "the provider's own id of the line, different on every line",
    "type": "the provider's word for what the line is",
    "subtype": "a second word that tells more",
    "psp_reference": "the provider's id of the payment",
    "event_reference": "the provider's id of the capture, refund or chargeback",
    "merchant_reference": "your own reference",
    "merchant_reference_2": "your own reference where the first column is empty",
    "payout_reference": "the payout that a line is paid out with, or that it is",
    "gross_debit": "gross that leaves, without a sign",
    "gross_credit": "gross that comes, without a sign",
    "gross": "gross with its sign",
    "gross_currency": "the currency of the gross",
    "settled_gross": "the gross in the net's currency, from which the costs are taken",
    "exchange_rate": "what the gross is multiplied with to come to the net's currency",
    **dict.fromkeys(COSTS, "a cost; all of them add up to the fee"),
    **dict.fromkeys(TAXES, "a tax; all of them add up"),
    "net_debit": "net that leaves, without a sign",
    "net_credit": "net that comes, without a sign",
    "net": "net with its sign",
    "net_currency": "the currency of net, costs and taxes, and of the gross without one of its own",
    "balance": "the balance after the line, or the one that a row states",
    "booked_time": "when the line was booked",
    "booked_zone": "the abbreviation of that time's zone",
    "fallback_time": "when it was made, where the booked time is empty",
    "fallback_zone": "the abbreviation of that time's zone, and of the booked time without one",
    "value_date": "from when on it counts",
    **dict.fromkeys(FURTHER, "another reference, whose kind the format names"),
}
# Roles that stand for several columns, and the word between them in a sentence.
PARTS: Mapping[str, tuple[str, ...]] = {
    "gross": ("gross_credit", "gross_debit"),
    "net": ("net_credit", "net_debit"),
    "gross_sides": ("gross_debit", "gross_credit"),
    "net_sides": ("net_debit", "net_credit"),
    "booking_time": ("booked_time", "fallback_time"),
    "booking_zone": ("booked_zone", "fallback_zone"),
}
JOINED: Mapping[str, str] = {
    "gross": " - ",
    "net": " - ",
    "booking_time": ", or else ",
    "booking_zone": ", or else ",
}
