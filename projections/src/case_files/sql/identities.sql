select wanted.identity, newest.payload
  from unnest($1::text[]) as wanted (identity)
 cross join lateral (
     select payload
       from log_events
      where aggregate_id = wanted.identity and aggregate_type = 'Identity' and position < $2
      order by sequence desc
      limit 1
 ) as newest
