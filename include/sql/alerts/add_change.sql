-- What became of an alert? Added to its history.
--
-- Grain:   no rows; adds one row.
-- Binds:   alert_id (bigint), event, changed_by (null for a check or the clock), note (text), until (timestamptz),
--          psp_ticket (text).
insert into internal.alert_changes (alert_id, event, changed_by, note, until, psp_ticket)
values (%(alert_id)s, %(event)s, %(changed_by)s, %(note)s, %(until)s, %(psp_ticket)s)
