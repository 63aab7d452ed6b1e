select coalesce((
           select max(stored.sequence) from log_events as stored
            where stored.aggregate_id = stream.id and stored.aggregate_type = stream.type), 0)
  from unnest($1::text[], $2::text[]) with ordinality as stream (type, id, place)
 order by stream.place
