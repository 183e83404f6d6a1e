-- How is the payouts system, in the five figures that are looked at every day?
--
-- Grain:   one row: counts, and the age of the oldest task that has not left in whole minutes.
-- Binds:   sending_seconds, sent_seconds (integer): stuck when longer than that.
select
    (
        select count(*) from public.outbox where status = 'PENDING'
    )::bigint as outbox_pending,
    (
        select count(*)
        from public.outbox
        where
            status = 'SENDING'
            and coalesce(claimed_at, queued_at) < now() - make_interval(secs => %(sending_seconds)s)
    )::bigint as outbox_sending_stuck,
    (
        select count(*)
        from public.provider_payouts
        where
            status = 'SENT'
            and coalesce(sent_at, created_at) < now() - make_interval(secs => %(sent_seconds)s)
    )::bigint as provider_payout_sent_stuck,
    (
        select count(*)
        from public.integrity_alerts
        where severity = 'CRITICAL' and status <> 'RESOLVED'
    )::bigint as integrity_alerts_critical_open,
    (
        select floor(coalesce(extract(epoch from now() - min(queued_at)) / 60, 0))
        from public.outbox
        where status in ('PENDING', 'SENDING')
    )::bigint as max_outbox_age_minutes
