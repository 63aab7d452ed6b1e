select position, tries, failure, failed_at, wanted from app_webhook_dead where webhook_id = $1 order by position
