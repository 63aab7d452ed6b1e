create table if not exists read_positions (
    name text collate "C" primary key,
    version integer not null,
    position bigint not null check (position >= 0),
    updated_at timestamptz not null
);

comment on table read_positions is 'How far each projection has come. Changed in the transaction that changes its rows.';
comment on column read_positions.name is 'The projection.';
comment on column read_positions.version is 'The version of its rows; another version is rebuilt by migrate.';
comment on column read_positions.position is 'How many events it has applied, which is also the position of the next.';
comment on column read_positions.updated_at is 'When it last moved.';

grant select, insert, update on read_positions to ledger_service;
