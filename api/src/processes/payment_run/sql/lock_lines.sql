select pg_advisory_xact_lock(hashtextextended('run lines ' || $1::text, 0))
