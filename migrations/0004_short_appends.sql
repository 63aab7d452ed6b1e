-- The same door with less work for each batch, which a single caller waits for. What may enter the log is unchanged.
-- Arrays are unfolded in the select list, row by row, where `from unnest(…)` would fill a store for each of them
-- first; conditions that need no table are tested before those that do; each trigger asks one question, and the
-- appender's connections, not a function, forbid scans of whole tables.

create or replace function log_opening_is_filled() returns trigger
language plpgsql set search_path from current as $$
begin
    if new.last_position = old.last_position then
        return null;
    end if;
    if new.last_position - old.last_position <> (
        select count(*) from log_events
         where position > old.last_position and position <= new.last_position and recorded_at = new.last_recorded_at
    ) then
        raise exception 'positions were handed out and not filled' using errcode = 'LDG03';
    end if;
    return null;
end $$;

create or replace function log_was_opened() returns trigger
language plpgsql set search_path from current as $$
begin
    if not exists (
        select from log_head
         where writer = pg_current_xact_id() and last_position >= (select max(position) from log_events)
    ) then
        raise exception 'events enter the log through its appender' using errcode = 'LDG04';
    end if;
    return null;
end $$;

create or replace function log_append(
    known_last bigint, at timestamptz, unsure boolean,
    command_ids uuid[], request_hashes bytea[], outcomes text[], starts bigint[], ends bigint[],
    types text[], ids text[], sequences bigint[], marks smallint[],
    event_types text[], event_versions text[], payloads text[], metadatas text[],
    out first_position bigint, out recorded_at timestamptz
)
language plpgsql as $$
#variable_conflict use_column
declare
    opened record;
    written bigint;
    moved boolean;
begin
    opened := log_open(cardinality(sequences), at);
    moved := opened.first_position <> known_last + 1;
    if moved or unsure then
        if exists (
            select from (select unnest(types), unnest(ids), unnest(sequences), unnest(marks)) as e (type, id, sequence, mark)
             where (e.mark = 2 or (moved and e.mark = 1))
               and e.sequence - 1 <> coalesce((
                   select max(stored.sequence) from log_events as stored
                    where stored.aggregate_id = e.id and stored.aggregate_type = e.type), 0)
        ) then
            raise exception 'a stream has another version' using errcode = 'LDG01';
        end if;
    end if;
    if cardinality(command_ids) > 0 then
        insert into log_commands (command_id, request_hash, first_position, last_position, outcome, recorded_at)
        select unnest(command_ids), unnest(request_hashes), opened.first_position + unnest(starts),
               opened.first_position + unnest(ends), unnest(outcomes)::json, opened.recorded_at
        on conflict do nothing;
        get diagnostics written = row_count;
        if written <> cardinality(command_ids) then
            raise exception 'a command is repeated' using errcode = 'LDG01';
        end if;
    end if;
    insert into log_events (position, recorded_at, sequence, aggregate_type, aggregate_id, event_type, event_version,
                            payload, metadata)
    select generate_series(opened.first_position, opened.first_position + cardinality(sequences) - 1),
           opened.recorded_at, unnest(sequences), unnest(types), unnest(ids), unnest(event_types),
           unnest(event_versions), unnest(payloads)::json, unnest(metadatas)::json;
    first_position := opened.first_position;
    recorded_at := opened.recorded_at;
end $$;
