-- Writes down what a step found out about its attempt; only the named columns change.
--
-- Binds:   attempt_id (bigint), columns (text[]), and one value per column that may change.
update internal.attempts set
    fetched_at = case when 'fetched_at' = any(%(columns)s) then coalesce(%(fetched_at)s::timestamptz, clock_timestamp()) else fetched_at end,
    validated_at = case when 'validated_at' = any(%(columns)s) then coalesce(%(validated_at)s::timestamptz, clock_timestamp()) else validated_at end,
    extract_sha256 = case when 'extract_sha256' = any(%(columns)s) then %(extract_sha256)s::text else extract_sha256 end,
    extracted_at = case when 'extracted_at' = any(%(columns)s) then coalesce(%(extracted_at)s::timestamptz, clock_timestamp()) else extracted_at end,
    predecessor_run_id = case when 'predecessor_run_id' = any(%(columns)s) then %(predecessor_run_id)s::text else predecessor_run_id end,
    matched_against_token = case when 'matched_against_token' = any(%(columns)s) then %(matched_against_token)s::bigint else matched_against_token end,
    run_id = case when 'run_id' = any(%(columns)s) then %(run_id)s::text else run_id end,
    matched_at = case when 'matched_at' = any(%(columns)s) then coalesce(%(matched_at)s::timestamptz, clock_timestamp()) else matched_at end,
    checked_at = case when 'checked_at' = any(%(columns)s) then coalesce(%(checked_at)s::timestamptz, clock_timestamp()) else checked_at end,
    verdict = case when 'verdict' = any(%(columns)s) then %(verdict)s::text else verdict end,
    published_run_id = case when 'published_run_id' = any(%(columns)s) then %(published_run_id)s::text else published_run_id end,
    state = case when 'state' = any(%(columns)s) then %(state)s::text else state end,
    finished_at = case when 'finished_at' = any(%(columns)s) then coalesce(%(finished_at)s::timestamptz, clock_timestamp()) else finished_at end
where attempt_id = %(attempt_id)s;
