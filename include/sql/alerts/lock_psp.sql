-- Who may weigh a PSP's incident and pause now? One transaction at a time.
--
-- Grain:   one row. Two accounts of a PSP that publish at once would each miss the other's head.
-- Binds:   psp (text).
select pg_advisory_xact_lock(hashtextextended('reconciliation incident ' || %(psp)s::text, 0))
