insert into app_sessions (sha256, account, role, ends_at)
values ($1, $2, $3, clock_timestamp() + make_interval(hours => $4))
