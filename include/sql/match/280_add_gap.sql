-- Adds a statement_gap in one currency, with its natural keys.
--
-- Grain:   one finding.
-- Binds:   currency (text or NULL), exposure_minor (bigint or NULL), due_on (date or NULL),
--          detail (text), event_reference (text), keys (text[]).
with

found as (

    insert into work_findings (
        finding_no, kind, currency, delta_minor, exposure_minor, economic_type, event_reference,
        due_on, detail
    )
    values (
        nextval('internal.item_ids'), 'statement_gap', %(currency)s, 0, %(exposure_minor)s, 'source',
        %(event_reference)s, %(due_on)s, %(detail)s
    )
    returning finding_no

)

insert into work_finding_keys (finding_no, member_key)
select
    found.finding_no,
    'gap' || chr(31) || keys.member_key
from found
cross join unnest(%(keys)s::text[]) as keys (member_key);
