-- Makes the empty list of the files that prove the run.
create table work_proof_files (
    name text primary key,
    content_sha256 text not null,
    size_bytes bigint not null,
    lines bigint not null
);
