insert into app_webhooks (webhook_id, sealed, next_position) values ($1, $2, $3)
