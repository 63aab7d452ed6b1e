update app_webhooks
   set next_position = $2, delivered = delivered + $3, tries = 0, retry_at = null, failure = null,
       leased_until = clock_timestamp() + make_interval(secs => $4)
 where webhook_id = $1
