insert into app_recovery_codes (account, sha256) select $1, unnest($2::bytea[])
