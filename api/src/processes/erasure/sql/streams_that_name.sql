with named as (
    select distinct aggregate_id from log_events where aggregate_type = $1 and payload::text like any ($2)
)
select event.aggregate_id, max(event.recorded_at) as recorded_at
  from named
  join log_events as event on event.aggregate_type = $1 and event.aggregate_id = named.aggregate_id
 group by event.aggregate_id
 order by min(event.position)
