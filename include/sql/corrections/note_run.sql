-- Remembers in which run of Airflow a request was made.
--
-- Grain:   no rows.
-- Binds:   asked_in, request_id (text).
insert into internal.action_request_runs (asked_in, request_id)
values (%(asked_in)s, %(request_id)s)
