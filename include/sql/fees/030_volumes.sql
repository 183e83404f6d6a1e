-- Gives each line the volume that its rule had before it in its month: what a tier by volume goes by.
--
-- Grain:   updates the lines whose rule has such a tier.
-- Binds:   account_id (integer), zone (text).
-- Reason:  the month is the calendar's in the PSP's zone; a line's place in it is its instant, and
--          among equal ones its key.
with

months as (

    select distinct date_trunc('month', timezone(%(zone)s, changes.booked_at)) as month
    from work_fee_lines as lines
    inner join work_line_changes as changes on lines.item_id = changes.item_id
    where lines.rule_number in (select rule_number from work_fee_tiers where tier_by = 'volume')

),

of_the_months as (

    select
        known.item_id,
        known.type,
        known.gross_currency,
        known.gross_minor,
        known.further_references,
        known.booked_at,
        known.line_scope,
        known.line_key,
        known.occurrence
    from statement_lines as known
    inner join months
        on
            known.booked_at >= timezone(%(zone)s, months.month)
            and known.booked_at < timezone(%(zone)s, months.month + interval '1 month')
    where
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and not exists (select from work_line_changes as changes where changes.old_item_id = known.item_id)
    union all
    select
        changes.item_id,
        changes.type,
        changes.gross_currency,
        changes.gross_minor,
        changes.further_references,
        changes.booked_at,
        changes.line_scope,
        changes.line_key,
        changes.occurrence
    from work_line_changes as changes
    where changes.change in ('new', 'changed')

),

priced as (

    select
        lines.*,
        rules.rule_number
    from of_the_months as lines
    left join lateral (
        select lower(further.pair ->> 1) as method
        from jsonb_array_elements(lines.further_references) as further (pair)
        where further.pair ->> 0 = 'payment_method'
        limit 1
    ) as named on true
    inner join lateral (
        select work_fee_rules.rule_number
        from work_fee_rules
        where
            work_fee_rules.currency = lines.gross_currency
            and work_fee_rules.type = lines.type
            and work_fee_rules.method in (named.method, '*')
        order by work_fee_rules.method = '*'
        limit 1
    ) as rules on true

),

before as (

    select
        item_id,
        coalesce(
            sum(abs(gross_minor)) over (
                partition by rule_number, date_trunc('month', timezone(%(zone)s, booked_at))
                order by booked_at, line_scope, line_key, occurrence
                rows between unbounded preceding and 1 preceding
            ),
            0
        )::bigint as volume_minor
    from priced
    where rule_number in (select rule_number from work_fee_tiers where tier_by = 'volume')

)

update work_fee_lines set volume_minor = before.volume_minor
from before
where work_fee_lines.item_id = before.item_id;
