-- What the nightly look through the register found: how many entries each list had, and no entry. Not history: the
-- lists can be computed again for any day from the log.

create table app_nights (
    night date primary key,
    began_at timestamptz not null,
    ended_at timestamptz not null check (ended_at >= began_at),
    found json not null
);

comment on table app_nights is 'Nights in which the register was looked through, each once';
comment on column app_nights.night is 'The day in Beijing on which the night began, and of which the lists were';
comment on column app_nights.began_at is 'When the work began';
comment on column app_nights.ended_at is 'When it ended';
comment on column app_nights.found is 'How many entries each list had';

grant select, insert on app_nights to ledger_service;
