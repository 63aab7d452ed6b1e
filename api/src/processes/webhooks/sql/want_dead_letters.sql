update app_webhook_dead set wanted = true where webhook_id = $1 and ($2::bigint is null or position = $2)
