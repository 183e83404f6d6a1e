-- Gives each hard row its natural key, and says whether it is due (and, for a ledger row, covered).
--
-- Binds:   account_id (integer), as_of (timestamptz), covered_through (date, NULL for nothing).
-- Reason:  where equal rows are told apart, it is by what they say, never by a number of ours.
update work_hard set
    is_due =
        work_hard.due_at <= %(as_of)s
        and (work_hard.side = 'statement' or coalesce(work_hard.due_on <= %(covered_through)s, false)),
    sort_key = keys.sort_key
from (
    select
        'statement' as side,
        changes.item_id,
        changes.line_scope || chr(31) || changes.line_key || chr(31)
        || lpad(changes.occurrence::text, 9, '0') as sort_key
    from work_hard as fresh
    inner join work_line_changes as changes on fresh.item_id = changes.item_id
    where fresh.side = 'statement' and changes.change in ('new', 'changed')
    union all
    select
        'ledger',
        changes.item_id,
        changes.ledger_id
    from work_hard as fresh
    inner join work_ledger_changes as changes on fresh.item_id = changes.item_id
    where fresh.side = 'ledger' and changes.change in ('new', 'changed')
    union all
    select
        'statement',
        statement_lines.item_id,
        statement_lines.line_scope || chr(31) || statement_lines.line_key || chr(31)
        || lpad(statement_lines.occurrence::text, 9, '0')
    from work_hard as known
    inner join statement_lines
        on known.item_id = statement_lines.item_id and statement_lines.account_id = %(account_id)s
    where known.side = 'statement'
    union all
    select
        'ledger',
        ledger_transactions.item_id,
        ledger_transactions.ledger_id
    from work_hard as known
    inner join ledger_transactions
        on known.item_id = ledger_transactions.item_id and ledger_transactions.account_id = %(account_id)s
    where known.side = 'ledger'
) as keys
where work_hard.side = keys.side and work_hard.item_id = keys.item_id;
