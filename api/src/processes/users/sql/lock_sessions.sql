select pg_advisory_xact_lock(hashtextextended('sessions of ' || $1, 0))
