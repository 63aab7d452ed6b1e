update app_webhook_dead
   set wanted = false, tries = tries + 1, failure = $3, failed_at = clock_timestamp()
 where webhook_id = $1 and position = $2
