-- The append-only log of one ledger. Everything is created in the first schema of the connection's search_path; the
-- functions pin that path, with pg_temp last, so that no caller can put a table of its own in front.

create table log_head (
    one boolean primary key default true check (one),
    origin uuid not null default gen_random_uuid(),
    clock text not null default 'real' check (clock in ('real', 'simulated')),
    last_position bigint not null default -1 check (last_position >= -1),
    last_recorded_at timestamptz not null default '-infinity',
    writer xid8
) with (fillfactor = 10);

comment on table log_head is 'The end of the log, in one row. Its row lock, kept to commit, makes position order commit order.';
comment on column log_head.one is 'Always true: there is one head.';
comment on column log_head.origin is 'Names this ledger, so that a copy of another is recognised.';
comment on column log_head.clock is 'real, or simulated in a demonstration ledger, whose writers say what time it is.';
comment on column log_head.last_position is 'The position of the newest event; -1 while the log is empty.';
comment on column log_head.last_recorded_at is 'When the newest event was recorded; never runs backwards.';
comment on column log_head.writer is 'The transaction that opened the log last.';

create table log_events (
    position bigint not null check (position >= 0),
    recorded_at timestamptz not null,
    sequence bigint not null check (sequence > 0),
    aggregate_type text collate "C" not null,
    aggregate_id text collate "C" not null,
    event_type text collate "C" not null,
    event_version text collate "C" not null,
    payload json not null,
    metadata json not null,
    constraint log_events_key primary key (aggregate_id, aggregate_type, sequence),
    constraint log_events_position unique (position)
);

comment on table log_events is 'Every fact of the ledger, in the order in which it was recorded. Never changed, never deleted.';
comment on column log_events.position is 'The place in the log: 0, 1, 2 and so on without a gap.';
comment on column log_events.recorded_at is 'When the fact was recorded. Never decreases along the positions.';
comment on column log_events.sequence is 'The place in the stream: 1, 2, 3 and so on without a gap.';
comment on column log_events.aggregate_type is 'The type of the aggregate whose stream this is.';
comment on column log_events.aggregate_id is 'The identifier of the aggregate within its type.';
comment on column log_events.event_type is 'What happened, in the past tense.';
comment on column log_events.event_version is 'The version of the payload''s shape: major.minor.patch.';
comment on column log_events.payload is 'What happened, as the exact bytes that were written.';
comment on column log_events.metadata is 'Who, why and on which day: one flat object of strings, as the exact bytes that were written.';

create table log_commands (
    command_id uuid primary key,
    request_hash bytea not null check (length(request_hash) = 32),
    first_position bigint not null,
    last_position bigint not null check (last_position >= first_position),
    outcome json not null,
    recorded_at timestamptz not null
);

comment on table log_commands is 'Commands that took effect under an idempotency key, so that a repeat is answered and not done again.';
comment on column log_commands.command_id is 'The idempotency key that the caller chose.';
comment on column log_commands.request_hash is 'SHA-256 of the request, to tell a repeat from another request under the same key.';
comment on column log_commands.first_position is 'The position of the command''s first event.';
comment on column log_commands.last_position is 'The position of the command''s last event.';
comment on column log_commands.outcome is 'What the caller was answered.';
comment on column log_commands.recorded_at is 'When the command''s events were recorded.';

insert into log_head default values;

-- Locks the head until commit and moves it forward. No events: the lock alone.
create function log_open(events bigint, at timestamptz, out first_position bigint, out recorded_at timestamptz)
language plpgsql security definer set search_path from current as $$
begin
    if events < 0 then
        raise exception 'the log only grows' using errcode = 'LDG02';
    end if;
    update log_head as head
       set last_position = head.last_position + events,
           last_recorded_at = case
               when events = 0 then head.last_recorded_at
               when head.clock = 'simulated' then greatest(coalesce(at, clock_timestamp()), head.last_recorded_at)
               else greatest(clock_timestamp(), head.last_recorded_at)
           end,
           writer = pg_current_xact_id()
    returning head.last_position - events + 1, head.last_recorded_at into first_position, recorded_at;
end $$;

comment on function log_open(bigint, timestamptz) is
    'The one door to the log: locks the head until commit and hands out the next positions and the time for as many events.';

-- Runs at commit, once for each opening: the positions handed out have all been filled.
create function log_opening_is_filled() returns trigger
language plpgsql set search_path from current set enable_seqscan = off as $$
declare
    filled bigint;
begin
    if new.last_position = old.last_position then
        return null;
    end if;
    select count(*) into filled
      from log_events
     where position > old.last_position and position <= new.last_position and recorded_at = new.last_recorded_at;
    if filled <> new.last_position - old.last_position then
        raise exception 'positions were handed out and not filled' using errcode = 'LDG03';
    end if;
    return null;
end $$;

create constraint trigger log_opening_is_filled after update on log_head
    deferrable initially deferred for each row execute function log_opening_is_filled();

-- Runs after each statement that inserts: this transaction opened the log, and wrote no further than it opened.
create function log_was_opened() returns trigger
language plpgsql set search_path from current as $$
declare
    opened log_head;
    newest bigint;
begin
    select * into opened from log_head;
    select max(position) into newest from log_events;
    if opened.writer is distinct from pg_current_xact_id() or newest > opened.last_position then
        raise exception 'events enter the log through its appender' using errcode = 'LDG04';
    end if;
    return null;
end $$;

create trigger log_was_opened after insert on log_events
    for each statement execute function log_was_opened();

-- Writes a batch of commands in one round trip, or nothing: any doubt is raised as LDG01 and settled by the caller
-- under the head's lock. Marks: 0 follows another event of its stream in the batch, 1 the writer knows the stream's
-- version if nobody else wrote since known_last, 2 it does not know.
create function log_append(
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
    select * into opened from log_open(cardinality(sequences), at);
    moved := opened.first_position <> known_last + 1;
    if (moved or unsure) and exists (
        select from unnest(types, ids, sequences, marks) as e (type, id, sequence, mark)
         where (e.mark = 2 or (moved and e.mark = 1))
           and e.sequence - 1 <> coalesce((
               select max(stored.sequence) from log_events as stored
                where stored.aggregate_id = e.id and stored.aggregate_type = e.type), 0)
    ) then
        raise exception 'a stream has another version' using errcode = 'LDG01';
    end if;
    if cardinality(command_ids) > 0 then
        insert into log_commands (command_id, request_hash, first_position, last_position, outcome, recorded_at)
        select c.id, c.hash, opened.first_position + c.start, opened.first_position + c.finish, c.outcome::json,
               opened.recorded_at
          from unnest(command_ids, request_hashes, starts, ends, outcomes) as c (id, hash, start, finish, outcome)
        on conflict do nothing;
        get diagnostics written = row_count;
        if written <> cardinality(command_ids) then
            raise exception 'a command is repeated' using errcode = 'LDG01';
        end if;
    end if;
    insert into log_events (position, recorded_at, sequence, aggregate_type, aggregate_id, event_type, event_version,
                            payload, metadata)
    select opened.first_position + e.place - 1, opened.recorded_at, e.sequence, e.type, e.id, e.event_type,
           e.event_version, e.payload::json, e.metadata::json
      from unnest(types, ids, sequences, event_types, event_versions, payloads, metadatas)
           with ordinality as e (type, id, sequence, event_type, event_version, payload, metadata, place);
    first_position := opened.first_position;
    recorded_at := opened.recorded_at;
end $$;

comment on function log_append is 'Appends a batch of commands at the end of the log, all or nothing, with the rights of the caller.';

revoke all on function log_open(bigint, timestamptz), log_opening_is_filled(), log_was_opened(), log_append from public;
grant execute on function log_open(bigint, timestamptz), log_append to ledger_service;
grant select on log_head to ledger_service;
grant select, insert on log_events, log_commands to ledger_service;
