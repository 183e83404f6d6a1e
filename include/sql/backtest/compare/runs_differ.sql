-- What do the replayed runs say otherwise than the published ones?
--
-- Grain:   one row per run and term of its identities, bucket, or discrepancy that is another one.
-- Binds:   account_id (integer), start_run_number (bigint; 0 for none).
-- Reason:  this is the proof that the replay is the pipeline: under the rules that each run had there is none.
with

span as (

    select run_number from history.runs
    where account_id = %(account_id)s and run_number > %(start_run_number)s

),

totals as (

    select true as is_published, run_totals.* from history.run_totals
    union all
    select false, run_totals.* from internal.run_totals

),

buckets as (

    select true as is_published, run_buckets.* from history.run_buckets
    union all
    select false, run_buckets.* from internal.run_buckets

),

discrepancies as (

    select true as is_published, discrepancy_versions.* from history.discrepancy_versions
    union all
    select false, discrepancy_versions.* from internal.discrepancy_versions

),

terms as (

    select
        totals.is_published,
        totals.run_number,
        concat_ws(', ', totals.leg, totals.measure, totals.currency, term.key) as what,
        term.value
    from totals
    cross join lateral jsonb_each_text(
        to_jsonb(totals) - array['is_published', 'run_number', 'leg', 'measure', 'currency']
    ) as term
    where totals.run_number in (select run_number from span)
    union all
    select
        buckets.is_published,
        buckets.run_number,
        concat_ws(', ', buckets.leg, buckets.side, term.key),
        term.value
    from buckets
    cross join lateral jsonb_each_text(
        to_jsonb(buckets) - array['is_published', 'run_number', 'leg', 'side']
    ) as term
    where buckets.run_number in (select run_number from span)
    union all
    select
        is_published,
        run_number,
        concat_ws(', ', leg, 'discrepancy ' || discrepancy_id),
        concat_ws(
            ' ', kind, change, 'episode', episode, currency, 'delta', delta_minor, 'exposure', exposure_minor,
            'under', shown_under
        )
    from discrepancies
    where run_number in (select run_number from span)

)

select
    run_number,
    what,
    coalesce(max(value) filter (where is_published), 'nothing') as expected,
    coalesce(max(value) filter (where not is_published), 'nothing') as found
from terms
group by run_number, what
having max(value) filter (where is_published) is distinct from max(value) filter (where not is_published)
order by run_number, what
