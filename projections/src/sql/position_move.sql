update read_positions as stored
   set position = moved.position, updated_at = clock_timestamp()
  from unnest($1::text[], $2::bigint[]) as moved (name, position)
 where stored.name = moved.name
