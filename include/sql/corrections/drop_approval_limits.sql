-- In currencies that the configuration names no more every amount needs a second approver.
--
-- Grain:   no rows.
-- Binds:   currencies (text[]).
delete from internal.approval_limits
where currency <> all(%(currencies)s::text[])
