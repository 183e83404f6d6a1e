-- The pages of an API read, as they came.
--
-- Grain:   one row per page; empty at first.
-- Binds:   none.
create unlogged table work_pages (
    page_number integer not null,
    body jsonb not null
)
