update app_webhooks
   set leased_until = clock_timestamp() + make_interval(secs => $2)
 where webhook_id = $1
   and coalesce(leased_until < clock_timestamp(), true)
   and (coalesce(retry_at <= clock_timestamp(), true)
        or exists (select from app_webhook_dead as dead where dead.webhook_id = $1 and dead.wanted))
returning sealed, next_position, tries, coalesce(retry_at <= clock_timestamp(), true) as due
