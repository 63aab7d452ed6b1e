select news.position, news.recorded_at, news.sequence, news.aggregate_type, news.aggregate_id, news.event_type,
       news.event_version, news.payload, news.metadata, stream.place
  from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as stream (type, id, known, place)
 cross join lateral (
     select *
       from log_events
      where aggregate_id = stream.id and aggregate_type = stream.type and sequence > stream.known
      order by sequence
 ) as news
