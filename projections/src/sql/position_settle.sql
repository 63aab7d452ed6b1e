insert into read_positions (name, version, position, updated_at)
values ($1, $2, $3, clock_timestamp())
on conflict (name) do update
   set version = excluded.version, position = excluded.position, updated_at = excluded.updated_at
