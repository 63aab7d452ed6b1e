-- The keys that seal personal data, in tables of their own, so that they can be backed up apart from the log and kept
-- shorter. Only wrapped keys stand here; the master key that unwraps them is never in the database.

create table app_keyring (
    one boolean primary key default true check (one),
    suite text collate "C" not null,
    generation integer not null default 1 check (generation > 0),
    wrapped_index_key bytea not null,
    created_at timestamptz not null default clock_timestamp(),
    rotated_at timestamptz
);

comment on table app_keyring is 'What belongs to all keys of the ledger, in one row; shows at once whether a master key is the right one.';
comment on column app_keyring.one is 'Always true: there is one keyring.';
comment on column app_keyring.suite is 'The algorithms with which keys are wrapped.';
comment on column app_keyring.generation is 'Counts the master keys: one more with each rotation.';
comment on column app_keyring.wrapped_index_key is 'The key of the blind index, wrapped by the master key.';
comment on column app_keyring.created_at is 'When the first program opened the keyring.';
comment on column app_keyring.rotated_at is 'When the master key was replaced last.';

create table app_data_keys (
    person_id uuid not null,
    class text collate "C" not null check (class in ('case_work', 'vouchers')),
    suite text collate "C" not null,
    wrapped bytea,
    created_at timestamptz not null default clock_timestamp(),
    erased_on date,
    primary key (person_id, class),
    check ((wrapped is null) = (erased_on is not null))
);

comment on table app_data_keys is 'The data keys of each person, one for each retention class. A destroyed key leaves its row.';
comment on column app_data_keys.person_id is 'Whose data the key seals.';
comment on column app_data_keys.class is 'How long it must be kept: case_work (files of a case) or vouchers (30 years).';
comment on column app_data_keys.suite is 'The algorithms for which the key was made.';
comment on column app_data_keys.wrapped is 'The key, wrapped by the master key; null once it was destroyed.';
comment on column app_data_keys.created_at is 'When the key was made.';
comment on column app_data_keys.erased_on is 'The day on which the key was destroyed, and the person''s data of this class with it.';

-- All that the service may change about a key: destroy it. A key that is destroyed stays so, with its first day.
create function app_erase_keys(of_person uuid, of_classes text[], on_day date) returns void
language sql security definer set search_path from current as $$
    insert into app_data_keys (person_id, class, suite, wrapped, erased_on)
    select of_person, class, 's1', null, on_day from unnest(of_classes) as class
    on conflict (person_id, class) do update
       set wrapped = null, erased_on = excluded.erased_on
     where app_data_keys.erased_on is null
$$;

comment on function app_erase_keys(uuid, text[], date) is
    'Destroys keys of a person, also those that were never made, so that none can be made afterwards.';

revoke all on function app_erase_keys(uuid, text[], date) from public;
grant execute on function app_erase_keys(uuid, text[], date) to ledger_service;
grant select on app_keyring, app_data_keys to ledger_service;
grant insert (suite, wrapped_index_key) on app_keyring to ledger_service;
grant insert (person_id, class, suite, wrapped) on app_data_keys to ledger_service;
