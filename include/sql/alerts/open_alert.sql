-- Is this cause new? Opens its alert, unless one is open already.
--
-- Grain:   one row with the new alert, or none.
-- Binds:   fingerprint, name, severity, psp, account (null for the whole PSP), summary, run_id (text),
--          reasons (jsonb).
insert into internal.alerts (fingerprint, name, severity, psp, account, reasons, summary, run_id)
values (
    %(fingerprint)s, %(name)s, %(severity)s, %(psp)s, %(account)s,
    %(reasons)s, %(summary)s, %(run_id)s
)
on conflict (fingerprint) where state = 'open' do nothing
returning alert_id
