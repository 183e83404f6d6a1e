-- For which kinds does anything wait in the outbox?
--
-- Grain:   one row per kind.
-- Binds:   none.
select kind
from internal.outbox
where delivered_at is null and superseded_at is null
group by kind
order by kind
