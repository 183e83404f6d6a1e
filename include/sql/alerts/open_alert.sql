-- Is this cause new? Opens its alert, unless one is open already.
--
-- Grain:   one row with the new alert, or none.
-- Binds:   fingerprint, name, severity, psp (null for a book), account (null for the whole PSP), book (null for a
--          PSP), summary, run_id (text), reasons (jsonb), escalate_after (interval, null for never),
--          escalate_to (text).
insert into internal.alerts (
    fingerprint, name, severity, psp, account, book, reasons, summary, run_id, escalates_at, escalates_to
)
values (
    %(fingerprint)s, %(name)s, %(severity)s, %(psp)s, %(account)s, %(book)s,
    %(reasons)s, %(summary)s, %(run_id)s,
    clock_timestamp() + %(escalate_after)s::interval, %(escalate_to)s
)
on conflict (fingerprint) where state = 'open' do nothing
returning alert_id
