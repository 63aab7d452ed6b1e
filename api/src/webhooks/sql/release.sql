update app_webhooks set leased_until = null where webhook_id = $1
