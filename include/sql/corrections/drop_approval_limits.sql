-- Currencies that the configuration names no more need no second approver.
--
-- Grain:   no rows.
-- Binds:   currencies (text[]).
delete from internal.approval_limits
where currency <> all(%(currencies)s::text[])
