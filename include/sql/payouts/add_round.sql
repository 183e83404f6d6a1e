-- How did a round of a payout operation end?
--
-- Grain:   no rows; adds one row.
-- Binds:   operation, outcome, problem (text, null when it is done), counts (jsonb).
insert into internal.payout_rounds (operation, outcome, problem, counts)
values (%(operation)s, %(outcome)s, %(problem)s, %(counts)s)
