create table read_audit_trail (
    position bigint primary key,
    recorded_at timestamptz not null,
    stream_kind text collate "C" not null,
    stream_id text collate "C" not null,
    sequence bigint not null,
    event_type text collate "C" not null,
    actor_id text collate "C" not null,
    actor_role text collate "C" not null,
    office_day date not null,
    effective_on date,
    correlation_id uuid not null,
    household_id uuid,
    person_id uuid,
    case_id uuid,
    run_id uuid
);

create index read_audit_trail_first on read_audit_trail (stream_id)
    where sequence = 1 and stream_kind in ('BenefitCase', 'Payment');
create index read_audit_trail_household on read_audit_trail (household_id, position) where household_id is not null;
create index read_audit_trail_person on read_audit_trail (person_id, position) where person_id is not null;
create index read_audit_trail_case on read_audit_trail (case_id, position) where case_id is not null;
create index read_audit_trail_run on read_audit_trail (run_id, position) where run_id is not null;
create index read_audit_trail_actor on read_audit_trail (actor_id, position);
create index read_audit_trail_day on read_audit_trail (office_day, position);
create index read_audit_trail_erasures on read_audit_trail (position)
    where event_type in ('ErasureRequested', 'ErasureRejected', 'CaseWorkErased', 'PersonErased',
                         'DonorErasureRequested', 'DonorErasureRejected', 'DonorErased');

comment on table read_audit_trail is 'The audit trail (审计轨迹): one row for each event, found by whom it concerns, who acted and when.';
comment on column read_audit_trail.position is 'The event''s place in the log.';
comment on column read_audit_trail.recorded_at is 'When it was recorded.';
comment on column read_audit_trail.stream_kind is 'The type of its aggregate.';
comment on column read_audit_trail.stream_id is 'Its aggregate.';
comment on column read_audit_trail.sequence is 'Its place in the stream.';
comment on column read_audit_trail.event_type is 'What happened.';
comment on column read_audit_trail.actor_id is 'Who acted.';
comment on column read_audit_trail.actor_role is 'In which role.';
comment on column read_audit_trail.office_day is 'The day at the office.';
comment on column read_audit_trail.effective_on is 'The day from which the fact holds, where it is another.';
comment on column read_audit_trail.correlation_id is 'Shared by everything that came of one request.';
comment on column read_audit_trail.household_id is 'The household it concerns.';
comment on column read_audit_trail.person_id is 'The person it concerns.';
comment on column read_audit_trail.case_id is 'The case it concerns.';
comment on column read_audit_trail.run_id is 'The payment run it concerns.';

create table read_openings (
    person_id uuid not null,
    position bigint not null,
    primary key (person_id, position)
);

comment on table read_openings is 'Whose personal values were opened by which disclosure (披露).';
comment on column read_openings.person_id is 'The person.';
comment on column read_openings.position is 'The disclosure''s place in the log.';
