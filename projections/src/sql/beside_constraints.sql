select relname::text, conname::text
  from pg_constraint
  join pg_class on pg_class.oid = conrelid
 where relnamespace = current_schema()::regnamespace and relname = any ($1) and conindid = 0
