select exists (
    select from pg_stat_activity
     where usename = $1 and backend_start >= to_timestamp($2)
)
