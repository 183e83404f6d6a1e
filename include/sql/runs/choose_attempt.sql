-- Writes down what a run is asked to do, with the run that it supersedes.
--
-- Grain:   one row, the new attempt.
-- Binds:   one value per column.
insert into internal.attempts (
    account_id, airflow_run_id, trigger, requested_by, request_note, window_start, window_end,
    as_of, reprocess_from, reprocess_to, supersedes_run_id, dry_run, include_paused, report_language,
    code_version, rules_sha256, rules
)
select
    %(account_id)s,
    %(airflow_run_id)s,
    %(trigger)s,
    %(requested_by)s,
    %(request_note)s,
    %(window_start)s,
    %(window_end)s,
    %(as_of)s,
    %(reprocess_from)s,
    %(reprocess_to)s,
    (
        select run_id from internal.runs
        where
            account_id = %(account_id)s
            and window_start = %(window_start)s
            and window_end = %(window_end)s
            and is_published
        order by run_number desc
        limit 1
    ),
    %(dry_run)s,
    %(include_paused)s,
    %(report_language)s,
    %(code_version)s,
    %(rules_sha256)s,
    %(rules)s
returning attempt_id;
