-- Is somebody told that files of a PSP may not be read?
--
-- Grain:   one row.
-- Binds:   psp (text).
select count(*) as alerts
from internal.alerts
where
    psp = %(psp)s
    and name = 'reconciliation-unreadable-files'
    and closed_at is null
