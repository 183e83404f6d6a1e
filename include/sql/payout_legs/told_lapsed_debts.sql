-- Debts that no later batch carries in, for the report: in our favour, so that nothing else tells them.
--
-- Grain:   one row per batch in whose place the debt was to be carried in, and currency. {{lines}} is the
--          part of the workspace of statement_payout.
create table work_told_lapsed_debts as
select
    batch,
    currency,
    lapsed_minor
from {lines}.work_carried_money
where lapsed_minor > 0;
