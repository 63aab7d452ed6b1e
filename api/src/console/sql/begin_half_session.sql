insert into app_half_sessions (sha256, account, by_provider, ends_at)
values ($1, $2, $3, clock_timestamp() + make_interval(mins => $4))
