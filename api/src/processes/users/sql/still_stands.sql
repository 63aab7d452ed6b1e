select not exists (
           select from log_events
            where aggregate_type = 'User' and aggregate_id = $1 and sequence > $2 and event_type = any($3)
       )
   and ($4::timestamptz is null or exists (select from app_passwords where account = $1 and set_at = $4))
