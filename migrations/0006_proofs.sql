-- The Merkle tree over the log: what a stranger needs to prove that no event was changed, removed or put in between.
-- All of it follows from the events, so a reader of the log writes it; like the log it is only ever added to.

create table log_tiles (
    suite text collate "C" not null,
    level smallint not null check (level between 0 and 7),
    tile bigint not null check (tile >= 0),
    hashes bytea not null check (length(hashes) = 8192),
    primary key (suite, level, tile)
);

comment on table log_tiles is 'Whole tiles of the Merkle tree: 256 neighbouring hashes of one level.';
comment on column log_tiles.suite is 'Which hash: sha256.';
comment on column log_tiles.level is '0 holds hashes of leaves; above, each hash is the root of a whole tile one level below.';
comment on column log_tiles.tile is 'The place within the level, from 0.';
comment on column log_tiles.hashes is '256 hashes of 32 bytes, one after another.';

create table log_checkpoints (
    suite text collate "C" not null,
    size bigint not null check (size >= 0),
    note text not null,
    signed_at timestamptz not null default clock_timestamp(),
    primary key (suite, size)
);

comment on table log_checkpoints is 'Every signed head of the Merkle tree.';
comment on column log_checkpoints.suite is 'Which hash: sha256.';
comment on column log_checkpoints.size is 'How many events it speaks for.';
comment on column log_checkpoints.note is 'The signed note, byte for byte.';
comment on column log_checkpoints.signed_at is 'When it was signed.';

create table log_signatures (
    suite text collate "C" not null,
    size bigint not null,
    line text not null,
    added_at timestamptz not null default clock_timestamp(),
    primary key (suite, size, line),
    foreign key (suite, size) references log_checkpoints
);

comment on table log_signatures is 'Signatures that a checkpoint was given later: of witnesses, and of the log''s newer keys.';
comment on column log_signatures.suite is 'Which hash: sha256.';
comment on column log_signatures.size is 'The checkpoint that is signed.';
comment on column log_signatures.line is 'The signature line of a signed note.';
comment on column log_signatures.added_at is 'When it came.';

grant select on log_tiles, log_checkpoints, log_signatures to ledger_service;
grant insert (suite, level, tile, hashes) on log_tiles to ledger_service;
grant insert (suite, size, note) on log_checkpoints to ledger_service;
grant insert (suite, size, line) on log_signatures to ledger_service;
