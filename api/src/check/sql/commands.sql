with said as (
    select metadata ->> 'command_id' as command_id, position, recorded_at from log_events
), done as (
    select command_id, min(position) as first_position, max(position) as last_position, count(*) as events,
           min(recorded_at) as first_recorded_at, max(recorded_at) as last_recorded_at
      from said
     where command_id is not null
     group by command_id
)
select coalesce(kept.command_id::text, done.command_id) as command_id,
       kept.first_position as kept_first, kept.last_position as kept_last,
       done.first_position as done_first, done.last_position as done_last
  from done
  full join log_commands as kept on kept.command_id::text = done.command_id
 where kept.command_id is null
    or done.command_id is null
    or kept.first_position <> done.first_position
    or kept.last_position <> done.last_position
    or done.events <> kept.last_position - kept.first_position + 1
    or done.first_recorded_at <> kept.recorded_at
    or done.last_recorded_at <> kept.recorded_at
 order by 1
