select indexname from pg_indexes where schemaname = current_schema() and tablename = any ($1)
