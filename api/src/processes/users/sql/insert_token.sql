insert into app_tokens (token_id, account, sha256) values ($1, $2, $3)
