insert into app_passwords (account, hash)
values ($1, $2)
on conflict (account) do update set hash = excluded.hash, set_at = clock_timestamp(), refused = 0, waits_until = null
