select webhook_id, count(*) as count from app_webhook_dead where not wanted group by webhook_id order by webhook_id
