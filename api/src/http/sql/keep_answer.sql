insert into app_answers (key, sha256, status, body) values ($1, $2, $3, $4) on conflict (key) do nothing
