-- Takes back that a reference was cut where it is one of its own, or the beginning of several.
--
-- Grain:   deletes candidates of the cause reference_cut.
-- Binds:   account_id (integer).
-- Reason:  what is open is not all that there is: the payment whose reference it is may be matched long
--          since, and so may be others that begin alike. Those are looked for among the rows of 31 days
--          before and after, the whole reference among all.
with

cuts as materialized (

    select distinct
        candidates.evidence,
        candidates.evidence ->> 'field' as field,
        candidates.evidence ->> 'equal_as' as cut,
        length(candidates.evidence ->> 'equal_as') as characters,
        case
            when candidates.evidence ->> 'statement_reference' = candidates.evidence ->> 'equal_as' then 'ledger'
            else 'statement'
        end as full_side,
        case
            when candidates.evidence ->> 'statement_reference' = candidates.evidence ->> 'equal_as'
                then candidates.evidence ->> 'ledger_reference'
            else candidates.evidence ->> 'statement_reference'
        end as full_reference
    from work_cause_candidates as candidates
    where candidates.cause = 'reference_cut'

),

days as materialized (

    select
        min(coalesce(subjects.line_dated_at, subjects.entry_dated_at)) - interval '31 days' as begins_at,
        max(coalesce(subjects.line_dated_at, subjects.entry_dated_at)) + interval '31 days' as ends_at
    from work_cause_candidates as candidates
    inner join work_cause_subjects as subjects on candidates.discrepancy_id = subjects.discrepancy_id
    where candidates.cause = 'reference_cut'

),

known as (

    select
        'statement' as side,
        psp_reference,
        merchant_reference
    from internal.statement_lines
    where
        account_id = %(account_id)s
        and last_run_number is null
        and booked_at >= (select begins_at from days)
        and booked_at < (select ends_at from days)
    union all
    select
        'statement',
        psp_reference,
        merchant_reference
    from work_line_changes
    where change in ('new', 'changed')
    union all
    select
        'ledger',
        psp_reference,
        merchant_reference
    from internal.ledger_transactions
    where
        account_id = %(account_id)s
        and last_run_number is null
        and occurred_at >= (select begins_at from days)
        and occurred_at < (select ends_at from days)
    union all
    select
        'ledger',
        psp_reference,
        merchant_reference
    from work_ledger_versions

),

beginnings as (

    select
        known.side,
        named.field,
        named.reference,
        lengths.characters,
        left(named.reference, lengths.characters) as beginning
    from known
    cross join lateral (
        values
        ('psp_reference', known.psp_reference),
        ('merchant_reference', known.merchant_reference)
    ) as named (field, reference)
    inner join (
        select distinct
            field,
            characters
        from cuts
    ) as lengths
        on named.field = lengths.field and length(named.reference) >= lengths.characters

),

others as (

    select cuts.evidence
    from cuts
    inner join beginnings
        on
            cuts.full_side = beginnings.side
            and cuts.field = beginnings.field
            and cuts.characters = beginnings.characters
            and cuts.cut = beginnings.beginning
    where beginnings.reference <> cuts.full_reference
    union all
    select cuts.evidence
    from cuts
    inner join internal.statement_lines as lines
        on
            hashtextextended(cuts.cut, 0) = hashtextextended(lines.payment_key, 0)
            and cuts.cut = lines.payment_key
    where cuts.full_side = 'statement' and cuts.field = 'psp_reference' and lines.account_id = %(account_id)s
    union all
    select cuts.evidence
    from cuts
    inner join internal.ledger_transactions as entries
        on
            hashtextextended(cuts.cut, 0) = hashtextextended(entries.payment_key, 0)
            and cuts.cut = entries.payment_key
    where cuts.full_side = 'ledger' and cuts.field = 'psp_reference' and entries.account_id = %(account_id)s

)

delete from work_cause_candidates
where cause = 'reference_cut' and evidence in (select evidence from others);
