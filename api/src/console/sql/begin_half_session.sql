insert into app_half_sessions (sha256, account, ends_at)
values ($1, $2, clock_timestamp() + make_interval(mins => $3))
