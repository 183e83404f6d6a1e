-- What should each line have been charged, by the components of its rule one after the other?
--
-- Grain:   one row per line that a rule prices and whose fee the statement gives.
-- Binds:   rounding (text), rounds_components, cascades (boolean).
-- Reason:  a rate is in hundred-millionths, and multiplied, never divided: every step is exact.
create unlogged table work_fee_expected as
with recursive

compared as (

    select
        item_id,
        rule_number,
        abs(gross_minor)::numeric as gross,
        minimum_minor,
        maximum_minor,
        volume_minor
    from work_fee_lines
    where rule_number is not null and charged_minor is not null

),

parts as (

    select
        item_id,
        rule_number,
        gross,
        volume_minor,
        0 as component,
        gross as remaining,
        0::numeric as total
    from compared
    union all
    select
        parts.item_id,
        parts.rule_number,
        parts.gross,
        parts.volume_minor,
        tiers.component,
        greatest(parts.remaining - priced.part, 0),
        parts.total + priced.part
    from parts
    inner join work_fee_tiers as tiers
        on
            parts.rule_number = tiers.rule_number
            and parts.component + 1 = tiers.component
            and (
                tiers.above_minor is null
                or tiers.above_minor < case tiers.tier_by when 'amount' then parts.gross else parts.volume_minor end
            )
            and (
                tiers.up_to_minor is null
                or tiers.up_to_minor >= case tiers.tier_by when 'amount' then parts.gross else parts.volume_minor end
            )
    cross join lateral (
        select
            case when %(cascades)s then parts.remaining else parts.gross end * tiers.rate * 0.00000001
            + tiers.flat_minor as exact
    ) as charged
    cross join lateral (
        select
            case
                when %(rounds_components)s then internal.rounded(charged.exact, %(rounding)s)::numeric
                else charged.exact
            end as part
    ) as priced

),

totals as (

    select
        parts.item_id,
        internal.rounded(parts.total, %(rounding)s) as total_minor
    from parts
    inner join (
        select
            rule_number,
            max(component) as components
        from work_fee_tiers
        group by rule_number
    ) as rules
        on parts.rule_number = rules.rule_number and parts.component = rules.components

)

select
    totals.item_id,
    least(greatest(totals.total_minor, compared.minimum_minor), compared.maximum_minor) as expected_minor
from totals
inner join compared on totals.item_id = compared.item_id;
