delete from app_webhook_dead where webhook_id = $1 and position = $2
