update app_webhooks
   set next_position = $2, tries = $3, retry_at = clock_timestamp() + make_interval(secs => $4), failure = $5
 where webhook_id = $1
