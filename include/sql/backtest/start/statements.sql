-- Takes over the statements of an account as its head before the span knew them.
--
-- Binds:   account_id (integer), start_run_number (bigint; 0 for none), matched_at (timestamptz).
-- Reason:  what was refused by then had not been mended by what came later; what good ones had mended by then
--          is found again as it was then.
insert into internal.deliveries overriding system value
select * from history.deliveries
where account_id = %(account_id)s;

insert into internal.statement_control_totals
select statement_control_totals.*
from history.statement_control_totals
inner join history.statements on statement_control_totals.statement_id = statements.statement_id
where statements.account_id = %(account_id)s;

insert into internal.statements overriding system value
select * from history.statements
where
    account_id = %(account_id)s
    and (
        first_run_number <= %(start_run_number)s
        or (
            first_run_number is null
            and state <> 'accepted'
            and gated_at <= %(matched_at)s::timestamptz
        )
    );

update internal.statements set
    attempt_id = null,
    state = case
        when state = 'corrected' then 'quarantined'
        when first_run_number is null then state
        when exists (
            select from history.statements as later
            where
                later.account_id = statements.account_id
                and later.statement_key = statements.statement_key
                and later.first_run_number > statements.first_run_number
                and later.first_run_number <= %(start_run_number)s
        ) then 'superseded'
        else 'in_force'
    end
where account_id = %(account_id)s;
