-- Which report files of a run are kept?
--
-- Grain:   one row per file; none before the report was first written.
-- Binds:   run_id (text).
select
    name,
    content_sha256,
    size_bytes,
    code_version
from internal.run_files
where run_id = %(run_id)s
order by name
