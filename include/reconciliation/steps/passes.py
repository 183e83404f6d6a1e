"""The passes over what is no plain pair, in the order in which they run: names of `sql/match`."""

BY_REFERENCE = (
    "110_hard_rows",
    "120_hard_rows_in_order",
    "130_pair_by_event",
    "140_pair_without_gross",
    "150_pair_with_difference",
    "160_pair_by_amount",
    "165_pair_with_unmoved",
    "170_mark_duplicates",
    "180_payment_totals",
    "185_unanswered_ledger_rows",
    "186_named_references",
    "187_closed_batches",
    "188_rows_that_share_a_key",
    "189_match_by_shared_key",
    "190_apply_totals",
)
FINDINGS = (
    "198_match_within_tolerance",
    "200_make_findings",
    "210_find_one_sided",
    "220_find_pairs_that_differ",
    "230_find_groups_that_differ",
    "235_find_ambiguous_sums",
    "236_sum_notes",
    "237_dissolved_sums",
    "240_find_unclassified",
    "245_pairs_with_both_sides",
    "247_pairs_that_differ",
    "250_find_fees_taxes_dates",
    "255_absorb_within_tolerance",
    "260_find_changed_ledger_rows",
)
# When the rows that are no plain pair are there, and not looked at yet.
HARD_ROWS = "110_hard_rows"
# The books of a PSP and a bank change by new versions that are told as such.
OF_COMPANY_BOOKS = ("260_find_changed_ledger_rows",)
# Only where the PSP's entry tolerates anything.
TOLERATING = ("198_match_within_tolerance", "255_absorb_within_tolerance")
ANALYZED_AFTER = {
    "110_hard_rows": "work_hard",
    "120_hard_rows_in_order": "work_hard",
    "186_named_references": "work_named_references",
    "188_rows_that_share_a_key": "work_shared_rows",
    "200_make_findings": "work_hard",
    "247_pairs_that_differ": "work_differing_pairs",
}
