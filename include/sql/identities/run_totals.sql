-- Both sides of the identity, term by term, and what is left over.
--
-- Grain:   one row per currency and measure.
-- Binds:   account_id (integer), leg (text), head_run_number (bigint).
-- Reason:  the left side comes from staged rows (the two files before this one); the right side from
--          what will be published: open discrepancies, open items, and rows expected nowhere.
create table work_run_totals as
with

deltas as (

    select
        currency,
        sum(delta_minor) filter (where aspect = 'existence')::bigint as existence_minor,
        sum(delta_minor) filter (where aspect = 'multiplicity')::bigint as multiplicity_minor,
        sum(delta_minor) filter (where aspect = 'amount')::bigint as amount_minor,
        sum(delta_minor) filter (where aspect = 'currency')::bigint as currency_minor,
        sum(delta_minor) filter (where aspect = 'state')::bigint as state_minor,
        sum(delta_minor) filter (where kind = 'fee_mismatch')::bigint as fee_minor,
        sum(delta_minor) filter (where kind = 'tax_mismatch')::bigint as tax_minor
    from work_discrepancies
    where leg = %(leg)s and change <> 'resolved' and currency is not null
    group by currency

),

pending as (

    select
        currency,
        sum(amount_minor) filter (where side = 'statement')::bigint as pending_statement_minor,
        sum(amount_minor) filter (where side = 'ledger')::bigint as pending_ledger_minor
    from work_open_rows
    where leg = %(leg)s and bucket = 'pending' and is_counted
    group by currency

),

not_expected as (

    select
        moves.currency,
        sum(moves.amount_minor)::bigint as not_expected_statement_minor
    from (
        select
            gross_currency as currency,
            gross_minor as amount_minor
        from work_line_changes
        where change in ('new', 'changed') and not is_expected and type <> 'unknown'
        union all
        select
            known.gross_currency,
            -known.gross_minor
        from work_line_changes as changes
        inner join statement_lines as known
            on changes.old_item_id = known.item_id and known.account_id = %(account_id)s
        where changes.change in ('changed', 'withdrawn') and not known.is_expected and known.type <> 'unknown'
        union all
        select
            currency,
            not_expected_statement_minor
        from internal.run_totals
        where run_number = %(head_run_number)s and leg = %(leg)s and measure = 'gross'
    ) as moves
    where moves.currency is not null
    group by moves.currency

),

-- Of the many members those that say more than that two rows are matched, in one pass.
remarkable as materialized (

    select
        match_id,
        is_proved,
        absorbed_minor
    from work_members
    where not is_proved or absorbed_minor is not null

),

-- Ledger rows whose line gives no amount in the payment's currency: matched, and not comparable.
not_comparable as (

    select
        moves.currency,
        sum(moves.amount_minor)::bigint as not_comparable_minor
    from (
        select
            work_hard.currency,
            -work_hard.amount_minor as amount_minor
        from work_hard
        inner join (
            select distinct match_id from remarkable
            where not is_proved
        ) as unproved on work_hard.match_id = unproved.match_id
        where work_hard.side = 'ledger'
        union all
        select
            known.currency,
            known.amount_minor
        from work_existing_matches
        inner join internal.match_members on work_existing_matches.match_id = match_members.match_id
        inner join ledger_transactions as known
            on match_members.ledger_item_id = known.item_id and known.account_id = %(account_id)s
        where
            work_existing_matches.decided_match_id is null
            and not match_members.is_proved
            and match_members.leg = %(leg)s
        union all
        select
            currency,
            not_comparable_minor
        from internal.run_totals
        where run_number = %(head_run_number)s and leg = %(leg)s and measure = 'gross'
    ) as moves
    group by moves.currency

),

-- What matches of other amounts absorb: those of this run and of the head, without the dissolved.
absorbed as (

    select
        moves.currency,
        'gross' as measure,
        sum(moves.absorbed_minor)::bigint as tolerance_minor
    from (
        select
            work_absorbed.currency,
            remarkable.absorbed_minor
        from remarkable
        inner join work_absorbed
            on remarkable.match_id = work_absorbed.match_id and work_absorbed.measure = 'gross'
        where remarkable.absorbed_minor is not null
        union all
        select
            kept.currency,
            -match_members.absorbed_minor
        from work_existing_matches
        inner join internal.match_members on work_existing_matches.match_id = match_members.match_id
        inner join internal.absorbed_differences as kept
            on
                match_members.match_id = kept.match_id
                and match_members.leg = kept.leg
                and kept.measure = 'gross'
                and kept.last_run_number is null
        where
            work_existing_matches.decided_match_id is null
            and match_members.absorbed_minor is not null
            and match_members.leg = %(leg)s
        union all
        select
            currency,
            tolerance_minor
        from internal.run_totals
        where run_number = %(head_run_number)s and leg = %(leg)s and measure = 'gross'
    ) as moves
    group by moves.currency
    union all
    -- Fees and taxes are those of the events that this run decides.
    select
        currency,
        measure,
        sum(absorbed_minor)::bigint
    from work_absorbed
    where measure in ('fee', 'tax')
    group by currency, measure

),

-- Both in one pass over the pairs.
compared as materialized (

    select
        fee_currency as currency,
        sum(statement_fee_minor) filter (where ledger_fee_minor is not null)::bigint as statement_fee_minor,
        sum(ledger_fee_minor) filter (where statement_fee_minor is not null)::bigint as ledger_fee_minor,
        sum(statement_tax_minor) filter (where ledger_tax_minor is not null)::bigint as statement_tax_minor,
        sum(ledger_tax_minor) filter (where statement_tax_minor is not null)::bigint as ledger_tax_minor
    from work_pairs
    where has_comparable_fees
    group by fee_currency

),

fees as (

    select
        currency,
        'fee' as measure,
        statement_fee_minor as statement_minor,
        ledger_fee_minor as ledger_minor
    from compared
    where statement_fee_minor is not null
    union all
    select
        currency,
        'tax',
        statement_tax_minor,
        ledger_tax_minor
    from compared
    where statement_tax_minor is not null

),

currencies_seen as (

    select currency from work_statement_side
    union
    select currency from work_ledger_side
    union
    select currency from deltas
    union
    select currency from pending
    union
    select currency from work_corrections_side

),

terms as (

    select
        currencies_seen.currency,
        'gross' as measure,
        coalesce(work_statement_side.statement_minor, 0) as statement_minor,
        coalesce(work_ledger_side.ledger_minor, 0) as ledger_minor,
        coalesce(deltas.existence_minor, 0) as existence_minor,
        coalesce(deltas.multiplicity_minor, 0) as multiplicity_minor,
        coalesce(deltas.amount_minor, 0) as amount_minor,
        0::bigint as fee_minor,
        coalesce(deltas.currency_minor, 0) as currency_minor,
        coalesce(deltas.state_minor, 0) as state_minor,
        coalesce(pending.pending_statement_minor, 0) as pending_statement_minor,
        coalesce(pending.pending_ledger_minor, 0) as pending_ledger_minor,
        coalesce(absorbed.tolerance_minor, 0) as tolerance_minor,
        coalesce(not_expected.not_expected_statement_minor, 0) as not_expected_statement_minor,
        coalesce(work_corrections_side.corrections_minor, 0) as corrections_minor,
        coalesce(not_comparable.not_comparable_minor, 0) as not_comparable_minor
    from currencies_seen
    left join work_statement_side on currencies_seen.currency = work_statement_side.currency
    left join work_ledger_side on currencies_seen.currency = work_ledger_side.currency
    left join deltas on currencies_seen.currency = deltas.currency
    left join pending on currencies_seen.currency = pending.currency
    left join absorbed
        on currencies_seen.currency = absorbed.currency and absorbed.measure = 'gross'
    left join not_expected on currencies_seen.currency = not_expected.currency
    left join work_corrections_side on currencies_seen.currency = work_corrections_side.currency
    left join not_comparable on currencies_seen.currency = not_comparable.currency
    where currencies_seen.currency <> 'XXX'
    union all
    select
        fees.currency,
        fees.measure,
        fees.statement_minor,
        fees.ledger_minor,
        0,
        0,
        0,
        coalesce(case fees.measure when 'fee' then deltas.fee_minor else deltas.tax_minor end, 0),
        0,
        0,
        0,
        0,
        coalesce(absorbed.tolerance_minor, 0),
        0,
        0,
        0
    from fees
    left join deltas on fees.currency = deltas.currency
    left join absorbed
        on fees.currency = absorbed.currency and fees.measure = absorbed.measure

)

select
    %(leg)s::text as leg,
    currency,
    measure,
    statement_minor,
    ledger_minor,
    existence_minor,
    multiplicity_minor,
    amount_minor,
    fee_minor,
    currency_minor,
    state_minor,
    pending_statement_minor,
    pending_ledger_minor,
    tolerance_minor,
    not_expected_statement_minor,
    -- No ledger row is without a statement by declaration.
    0::bigint as not_expected_ledger_minor,
    corrections_minor,
    not_comparable_minor,
    statement_minor - ledger_minor
    - existence_minor - multiplicity_minor - amount_minor - fee_minor - currency_minor - state_minor
    - pending_statement_minor + pending_ledger_minor - tolerance_minor
    - not_expected_statement_minor - corrections_minor - not_comparable_minor as residual_minor
from terms;
