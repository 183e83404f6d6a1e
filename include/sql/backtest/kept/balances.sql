-- Opening and closing balances of an account's statements, which make a chain.
--
-- Grain:   one row per statement, currency and measure.
-- Binds:   account_id (integer).
-- Reason:  the totals that lines are proved by were held against them when the statement was let in; no rule
--          changes them, and of a read whose lines are known the replay has only the new ones.
select statement_control_totals.*
from internal.statement_control_totals
inner join internal.statements on statement_control_totals.statement_id = statements.statement_id
where statements.account_id = %(account_id)s and statement_control_totals.measure in ('opening', 'closing')
