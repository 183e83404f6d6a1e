-- Lists a kept report file of a run; what another copy of the step listed first stays.
--
-- Grain:   at most one row written.
-- Binds:   run_id, name, content_sha256, code_version (text); size_bytes (bigint).
insert into internal.run_files (run_id, name, content_sha256, size_bytes, code_version)
values (%(run_id)s, %(name)s, %(content_sha256)s, %(size_bytes)s, %(code_version)s)
on conflict (run_id, name) do nothing
