select pg_try_advisory_lock(hashtextextended('nightly ' || current_schema(), 0))
