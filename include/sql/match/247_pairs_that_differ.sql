-- Which events that both sides know have other fees or taxes, or may be on another day?
--
-- Grain:   one row per pair.
-- Binds:   compare_dates (boolean).
create unlogged table work_differing_pairs as
select *
from work_pairs
where
    has_comparable_fees and statement_fee_minor <> ledger_fee_minor
    or has_comparable_fees and statement_tax_minor <> ledger_tax_minor
    or %(compare_dates)s and is_on_another_day;
