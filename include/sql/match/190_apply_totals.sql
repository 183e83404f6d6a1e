-- Marks the rows that the totals decide; a row that moves no money follows only its own pair.
update work_hard set
    state = case work_totals.outcome
        when 'match' then 'matched'
        when 'wait' then 'waits'
        else 'group_differs'
    end,
    match_id = work_totals.match_id,
    rule = case work_totals.outcome when 'match' then 'payment_totals' end
from work_totals
where
    work_hard.payment_key = work_totals.payment_key
    and work_hard.economic_type = work_totals.economic_type
    and work_hard.amount_minor is not null
    and (
        (work_totals.outcome in ('match', 'wait') and (work_hard.state = 'differs' or (work_hard.state is null and work_hard.moves_money)))
        or (work_totals.outcome = 'mismatch' and work_hard.state is null and work_hard.moves_money)
        or (
            work_totals.outcome = 'mismatch_with_reversal'
            and (
                work_hard.state = 'differs'
                or (work_hard.state is null and work_hard.side = 'statement' and work_hard.type <> work_hard.economic_type)
            )
        )
    );
