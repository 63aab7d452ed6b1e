-- each is looked up by itself: a plan that was made while a table was small would go through the whole of it for each round
select news.position, news.recorded_at, news.sequence, news.aggregate_type, news.aggregate_id, news.event_type,
       news.event_version, news.payload, news.metadata, stream.place, null::bytea as sha256, null::smallint as status,
       null::text as body
  from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as stream (type, id, known, place)
 cross join lateral (
     select *
       from log_events
      where aggregate_id = stream.id and aggregate_type = stream.type and sequence > stream.known
      order by sequence
 ) as news
 union all
select null, null, null, null, null, null, null, null, null, asked.place, answer.sha256, answer.status, answer.body
  from unnest($4::uuid[]) with ordinality as asked (key, place)
 cross join lateral (select sha256, status, body from app_answers where key = asked.key limit 1) as answer
