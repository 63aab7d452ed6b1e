-- What is secret of users, or changes with every call: apart from the log, so that it can be thrown away. Who may what
-- is history and stands in the log. Nothing here is a password or a token: only what tells a right one from a wrong one.

create table app_passwords (
    account text collate "C" primary key,
    hash text not null,
    set_at timestamptz not null default clock_timestamp(),
    refused integer not null default 0 check (refused >= 0),
    waits_until timestamptz
);

comment on table app_passwords is 'Hashes of passwords, and the sign-ins that were refused since the last one.';
comment on column app_passwords.account is 'Whose.';
comment on column app_passwords.hash is 'Argon2id, with its salt and cost, as a PHC string.';
comment on column app_passwords.set_at is 'When it was set.';
comment on column app_passwords.refused is 'Sign-ins refused since the last one that was not.';
comment on column app_passwords.waits_until is 'Until when every sign-in is refused; none while there were few refusals.';

create table app_tokens (
    token_id uuid primary key,
    account text collate "C" not null,
    sha256 bytea not null unique check (length(sha256) = 32),
    last_used_on date
);

comment on table app_tokens is 'Hashes of tokens. What a token may do, and whether it still may, is in the log.';
comment on column app_tokens.token_id is 'Names it; no secret.';
comment on column app_tokens.account is 'Whose.';
comment on column app_tokens.sha256 is 'SHA-256 of the token, which has 256 random bits.';
comment on column app_tokens.last_used_on is 'The last day on which it was used.';

-- Users are few, the log is long: this index holds only them.
create index log_events_users on log_events (aggregate_id) where event_type = 'UserOpened';

comment on index log_events_users is 'Every user.';

grant select, insert, update on app_passwords to ledger_service;
grant select, insert on app_tokens to ledger_service;
grant update (last_used_on) on app_tokens to ledger_service;
