-- Which staged statement lines are new, changed, gone or as they were?
--
-- Grain:   one row per staged line, and one per line in force that an amendment no longer has.
-- Binds:   account_id (integer).
-- Reason:  an amendment is applied line by line, by the line's own key and occurrence; where the
--          provider numbers its lines (scope ''), a line is never taken to be withdrawn.
create unlogged table work_compared_lines as
with

scopes as (

    select
        line_scope,
        min(booked_at) as first_booked_at
    from work_statement_lines
    group by line_scope

),

in_range as materialized (

    select statement_lines.*
    from scopes
    inner join statement_lines
        on
            statement_lines.account_id = %(account_id)s
            and scopes.line_scope = statement_lines.line_scope
            and statement_lines.last_run_number is null
    where scopes.line_scope <> '' or statement_lines.booked_at >= scopes.first_booked_at

),

-- A line of that number which was booked before all of these, and has another time now.
before_range as (

    select statement_lines.*
    from (
        select
            staged.line_key,
            staged.occurrence
        from work_latest_lines as staged
        left join in_range
            on
                staged.line_scope = in_range.line_scope
                and staged.line_key = in_range.line_key
                and staged.occurrence = in_range.occurrence
        where staged.line_scope = '' and in_range.item_id is null
    ) as unmet
    inner join statement_lines
        on
            hashtextextended(unmet.line_key, 0) = hashtextextended(statement_lines.line_key, 0)
            and unmet.line_key = statement_lines.line_key
            and unmet.occurrence = statement_lines.occurrence
            and statement_lines.line_scope = ''
            and statement_lines.account_id = %(account_id)s
            and statement_lines.last_run_number is null

),

in_force as (

    select * from in_range
    union all
    select * from before_range

),

compared as (

    select
        staged.*,
        in_force.item_id as old_item_id,
        (
            in_force.provider_type, in_force.type, in_force.economic_type, in_force.is_expected,
            in_force.psp_reference, in_force.event_reference, in_force.merchant_reference,
            in_force.payout_reference, in_force.further_references, in_force.gross_minor, in_force.gross_currency,
            in_force.fee_minor, in_force.tax_minor, in_force.net_minor, in_force.net_currency,
            in_force.booked_at, in_force.value_date
        ) is not distinct from (
            staged.provider_type, staged.type, staged.economic_type, staged.is_expected,
            staged.psp_reference, staged.event_reference, staged.merchant_reference,
            staged.payout_reference, staged.further_references, staged.gross_minor, staged.gross_currency,
            staged.fee_minor, staged.tax_minor, staged.net_minor, staged.net_currency,
            staged.booked_at, staged.value_date
        ) as is_equal
    from work_latest_lines as staged
    left join in_force
        on
            staged.line_scope = in_force.line_scope
            and staged.line_key = in_force.line_key
            and staged.occurrence = in_force.occurrence

)

select
    case
        when old_item_id is null then 'new'
        when is_equal then 'equal'
        else 'changed'
    end as change,
    case when old_item_id is not null and is_equal then old_item_id else item_id end as item_id,
    old_item_id,
    statement_id,
    line_scope,
    line_key,
    occurrence,
    provider_type,
    type,
    economic_type,
    is_expected,
    payment_key,
    psp_reference,
    event_reference,
    merchant_reference,
    payout_reference,
    further_references,
    gross_minor,
    gross_currency,
    fee_minor,
    tax_minor,
    net_minor,
    net_currency,
    booked_at,
    booked_on,
    source_zone,
    value_date,
    row_number
from compared
union all
select
    'withdrawn' as change,
    null::bigint as item_id,
    in_force.item_id as old_item_id,
    in_force.statement_id,
    in_force.line_scope,
    in_force.line_key,
    in_force.occurrence,
    in_force.provider_type,
    in_force.type,
    in_force.economic_type,
    in_force.is_expected,
    in_force.payment_key,
    in_force.psp_reference,
    in_force.event_reference,
    in_force.merchant_reference,
    in_force.payout_reference,
    in_force.further_references,
    in_force.gross_minor,
    in_force.gross_currency,
    in_force.fee_minor,
    in_force.tax_minor,
    in_force.net_minor,
    in_force.net_currency,
    in_force.booked_at,
    in_force.booked_on,
    in_force.source_zone,
    in_force.value_date,
    in_force.row_number
from in_force
left join work_latest_lines as staged
    on
        in_force.line_scope = staged.line_scope
        and in_force.line_key = staged.line_key
        and in_force.occurrence = staged.occurrence
where in_force.line_scope <> '' and staged.line_key is null;
