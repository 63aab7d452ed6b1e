select webhook_id, next_position, delivered, tries, failure, retry_at,
       (select count(*) from app_webhook_dead as dead where dead.webhook_id = app_webhooks.webhook_id) as dead
  from app_webhooks
 order by webhook_id
