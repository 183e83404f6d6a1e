-- Makes the table of the prices: the tiers of each component of each rule, with both bounds.
--
-- Binds:   fee_tiers (jsonb: rows of the schedule).
create unlogged table work_fee_tiers as
select *
from jsonb_to_recordset(%(fee_tiers)s::jsonb) as tiers (
    rule_number integer, component integer, tier_by text, above_minor bigint, up_to_minor bigint, rate bigint,
    flat_minor bigint
);
