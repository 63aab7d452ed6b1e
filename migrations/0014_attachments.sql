-- Scans and photographs of people's papers. They would make the log heavy, so the log has their hash and this table their
-- bytes, sealed under the key of the person whose papers they are: destroying the key erases them here and in every copy.
-- A row is named by the hash of what it holds, so nothing can take its place, and the service may add and read alone.

create table app_attachments (
    sealed_sha256 text collate "C" primary key check (sealed_sha256 ~ '^[0-9a-f]{64}$'),
    sealed text not null,
    stored_at timestamptz not null default clock_timestamp()
);

-- Ciphertext does not compress.
alter table app_attachments alter column sealed set storage external;

comment on table app_attachments is 'Attachments of people, sealed; the log says of whom they are. A row that no event names was stored by a request that ended early.';
comment on column app_attachments.sealed_sha256 is 'SHA-256 of the sealed bytes as they stand here; the event has the same.';
comment on column app_attachments.sealed is 'The bytes, sealed for the person.';
comment on column app_attachments.stored_at is 'When it was stored.';

grant select, insert on app_attachments to ledger_service;
