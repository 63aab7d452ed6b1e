insert into app_passwords (account, hash) values ($1, $2) on conflict (account) do nothing
