-- What is there to say of a row that stays open though a sum was looked for?
--
-- Grain:   one row per row of the nearest miss, of a sum that may be chance, and of a component that
--          is too large to be searched.
insert into work_sum_notes (side, item_id, note)
with

members as (

    select
        work_sums.sum_no,
        work_sums.outcome,
        rows.component,
        work_sum_members.side,
        work_sum_members.item_id,
        rows.currency,
        rows.amount_minor
    from work_sums
    inner join work_sum_members on work_sums.sum_no = work_sum_members.sum_no
    inner join work_sum_rows as rows
        on
            work_sum_members.side = rows.side
            and work_sum_members.item_id = rows.item_id
    where work_sums.outcome in ('near', 'chance', 'past_bound')

),

totals as (

    select
        sum_no,
        count(*) as row_count,
        count(*) filter (where side = 'statement') as lines,
        count(*) filter (where side = 'ledger') as ledger_rows,
        sum(amount_minor) filter (where side = 'statement')::bigint as statement_minor,
        sum(amount_minor) filter (where side = 'ledger')::bigint as ledger_minor
    from members
    group by sum_no

),

components as (

    select
        component,
        count(*) as row_count
    from work_sum_rows
    group by component

)

select
    members.side,
    members.item_id,
    case members.outcome
        when 'past_bound'
            then totals.row_count || ' rows of its day and currency may add up, which are too many to search'
        else
            case members.outcome when 'near' then 'nearest sum' else 'only sum' end
            || format(
                ': %%s line%%s of %%s against %%s ledger row%%s of %%s',
                totals.lines,
                case when totals.lines > 1 then 's' end,
                internal.money_text(totals.statement_minor, members.currency),
                totals.ledger_rows,
                case when totals.ledger_rows > 1 then 's' end,
                internal.money_text(totals.ledger_minor, members.currency)
            )
            || case members.outcome
                when 'chance'
                    then ', which among ' || components.row_count || ' rows may be chance'
                else ''
            end
    end as note
from members
inner join totals on members.sum_no = totals.sum_no
inner join components on members.component = components.component;
