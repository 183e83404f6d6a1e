-- What the views of the leg statement_payout are told beside what every leg is told.
--
-- Grain:   one row.
-- Binds:   basis (text: what makes a batch of this provider's lines).
create unlogged table work_payout_leg as
select %(basis)s::text as basis;
