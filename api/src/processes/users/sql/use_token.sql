update app_tokens set last_used_on = $2 where token_id = $1
