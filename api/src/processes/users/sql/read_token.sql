select sha256, token_id, account, last_used_on from app_tokens where sha256 = $1
