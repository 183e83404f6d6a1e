-- Is this the first summary of its half hour? Then it is kept.
--
-- Grain:   one row with the new summary, or none when it was there.
-- Binds:   alert_id (bigint), slot (integer), is_final (boolean), subject, text (text).
insert into internal.incident_summaries (alert_id, slot, is_final, subject, text)
values (%(alert_id)s, %(slot)s, %(is_final)s, %(subject)s, %(text)s)
on conflict do nothing
returning summary_id
