-- Who is signed in at the console: apart from the log, which says that somebody came in. Thrown away without loss.

create table app_sessions (
    sha256 bytea primary key check (length(sha256) = 32),
    account text collate "C" not null,
    role text collate "C" not null,
    seen_at timestamptz not null default clock_timestamp(),
    ends_at timestamptz not null
);

comment on table app_sessions is 'Sessions at the console. The secret is with the browser alone.';
comment on column app_sessions.sha256 is 'SHA-256 of the secret, which has 256 random bits.';
comment on column app_sessions.account is 'Whose.';
comment on column app_sessions.role is 'In which of the account''s roles it acts.';
comment on column app_sessions.seen_at is 'When it was used last.';
comment on column app_sessions.ends_at is 'When it ends, however much it is used.';

grant select, insert, delete on app_sessions to ledger_service;
grant update (role, seen_at) on app_sessions to ledger_service;
