select position from app_webhook_dead where webhook_id = $1 and wanted order by position limit $2
