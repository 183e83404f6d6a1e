-- Which files prove the run?
--
-- Grain:   one row per file.
-- Binds:   none; reads the workspace.
select
    name,
    content_sha256,
    size_bytes,
    lines
from work_proof_files
order by name
