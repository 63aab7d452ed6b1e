select exists (
    select from pg_namespace
     where nspname = $1
       and (select bool_and(has_schema_privilege(name, pg_namespace.oid, 'usage')) from unnest($2::text[]) as roles (name))
)
