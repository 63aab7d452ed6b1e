select webhook_id
  from app_webhooks
 where (next_position < $1 and coalesce(retry_at <= clock_timestamp(), true))
    or exists (select from app_webhook_dead as dead where dead.webhook_id = app_webhooks.webhook_id and dead.wanted)
 order by webhook_id
