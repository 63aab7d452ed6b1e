select pg_advisory_xact_lock(hashtextextended('open', 0))
