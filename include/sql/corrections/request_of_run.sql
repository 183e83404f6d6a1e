-- Which request was made in a run of Airflow?
--
-- Grain:   one row, or none.
-- Binds:   asked_in (text).
select request_id from internal.action_request_runs
where asked_in = %(asked_in)s
