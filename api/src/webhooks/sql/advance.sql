update app_webhooks
   set next_position = $2, delivered = delivered + $3, tries = 0, retry_at = null, failure = null
 where webhook_id = $1
