update app_sessions set role = $2 where sha256 = $1
