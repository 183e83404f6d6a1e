-- Lists a file that proves the run.
--
-- Grain:   one row written.
-- Binds:   name, content_sha256 (text); size_bytes, lines (bigint).
insert into work_proof_files (name, content_sha256, size_bytes, lines)
values (%(name)s, %(content_sha256)s, %(size_bytes)s, %(lines)s)
