insert into app_provider_sign_ins (sha256, ends_at)
values ($1, clock_timestamp() + make_interval(mins => $2))
