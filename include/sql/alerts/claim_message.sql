-- Which message is next? Claims it: for the time of the lease nobody else will send it.
--
-- Grain:   one row, or none when nothing of the kind is due.
-- Binds:   kind (text), lease_seconds (integer).
update internal.outbox
set
    tries = tries + 1,
    next_try_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
where
    message_id = (
        select due.message_id
        from internal.outbox as due
        where
            due.kind = %(kind)s
            and due.delivered_at is null
            and due.next_try_at <= clock_timestamp()
        order by due.message_id
        limit 1
        for update skip locked
    )
returning message_id, payload, tries
