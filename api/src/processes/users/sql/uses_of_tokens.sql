select token_id, last_used_on from app_tokens where account = $1 and last_used_on is not null
