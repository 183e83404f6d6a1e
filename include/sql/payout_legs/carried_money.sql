-- What of the money that batches carry out do later ones carry in, and where does the rest come from?
--
-- Grain:   one row per batch and currency that is closed or carries money, where a statement is a batch;
--          none of a currency in which no batch carries anything.
-- Binds:   as_of (timestamptz).
-- Reason:  each batch carries in what the one before it left open, and carries out what it leaves open.
--          So what a batch carries out is taken by the batches that follow, the last first: what none
--          of them went below is left behind. Money carried in by a batch of which nothing is paid
--          may be a debt that it carries on; one that the next batch does not carry in lapses, in our favour.
--          What the account's first batch carries in was there
--          before the books. A batch of lines alone is not closed: it carries nothing yet.
--          What came back is owed while as much of it is carried on: a batch that pays and carries on as much
--          as before may have paid its own lines. Of several the last is paid first.
create unlogged table work_carried_money as
with

closed as (

    select
        *,
        first_value(batch) over (order by last_booked_at, length(batch), batch) as first_batch
    from work_waterfalls_now
    where
        (select basis from work_payout_leg) = 'statement'
        and last_booked_at < %(as_of)s
        and (payouts > 0 or net_minor = paid_minor or carried_in_minor <> 0 or carried_out_minor <> 0)

),

steps as (

    select
        *,
        internal.carried(
            carried_in_minor, carried_out_minor, paid_minor <= 0 and net_minor = paid_minor
        ) over (
            partition by currency
            order by last_booked_at, length(batch), batch
        ) as balances
    from closed
    where currency in (
        select carrying.currency from closed as carrying
        where carrying.carried_in_minor <> 0 or carrying.carried_out_minor <> 0
    )

),

levels as (

    select
        *,
        balances[1] as kept_minor,
        balances[2] as open_minor,
        balances[3] as without_source_minor,
        lag(balances[2], 1, 0::bigint) over batches as open_before_minor,
        -- NULL after the last batch: there is none yet that could carry it in. From the last one backwards: a
        -- frame that begins after its row is read anew for each.
        min(balances[1]) over (
            partition by currency
            order by last_booked_at desc, length(batch) desc, batch desc
            rows between unbounded preceding and 1 preceding
        ) as later_kept_minor
    from steps
    window batches as (partition by currency order by last_booked_at, length(batch), batch)

),

-- At which height of the open balance does what came back lie: above what was there before it?
heights as (

    select
        *,
        least(returned_minor, greatest(open_minor, 0) - kept_minor) as came_back_minor,
        least(
            greatest(open_before_minor, 0),
            greatest(open_minor, 0) - least(returned_minor, greatest(open_minor, 0) - kept_minor)
        ) as floor_minor
    from levels

)

select
    item_id,
    batch,
    currency,
    returned_minor,
    batch = first_batch as is_first,
    without_source_minor,
    kept_minor,
    floor_minor,
    case
        when later_kept_minor is null then 0
        else greatest(least(open_minor, later_kept_minor) - kept_minor, 0)
    end as lost_minor,
    -- What a batch repays of the debt before it, it carries out.
    greatest(-open_before_minor - carried_out_minor, 0) as lapsed_minor,
    greatest(
        least(
            came_back_minor,
            min(floor_minor) over (
                partition by currency
                order by last_booked_at desc, length(batch) desc, batch desc
                rows between unbounded preceding and 1 preceding
            ) - floor_minor
        ),
        0
    ) as owed_minor
from heights;
