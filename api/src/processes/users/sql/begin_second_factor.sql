insert into app_second_factors (account, confirmed, sealed)
values ($1, false, $2)
on conflict (account, confirmed) do update set sealed = excluded.sealed, last_step = 0, begun_at = clock_timestamp()
