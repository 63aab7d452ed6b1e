-- Second factors of users: apart from the log, which says that there is one. The secrets are sealed under a key that is
-- not in the database; recovery codes are random and kept as hashes.

create table app_second_factors (
    account text collate "C" not null,
    confirmed boolean not null,
    sealed bytea not null,
    last_step bigint not null default 0,
    begun_at timestamptz not null default clock_timestamp(),
    primary key (account, confirmed)
);

comment on table app_second_factors is 'Secrets of second factors (RFC 6238): at most one in use and one that is being set.';
comment on column app_second_factors.account is 'Whose.';
comment on column app_second_factors.confirmed is 'Whether it is in use; else its user has not proved to have it.';
comment on column app_second_factors.sealed is 'The secret, sealed for this account.';
comment on column app_second_factors.last_step is 'The last period of 30 seconds whose code was used: each code is good once.';
comment on column app_second_factors.begun_at is 'When it was made.';

create table app_recovery_codes (
    account text collate "C" not null,
    sha256 bytea not null check (length(sha256) = 32),
    primary key (account, sha256)
);

comment on table app_recovery_codes is 'Hashes of recovery codes that were not used. Each has 80 random bits.';
comment on column app_recovery_codes.account is 'Whose.';
comment on column app_recovery_codes.sha256 is 'SHA-256 of account and code.';

create table app_half_sessions (
    sha256 bytea primary key check (length(sha256) = 32),
    account text collate "C" not null,
    ends_at timestamptz not null
);

comment on table app_half_sessions is 'Who gave the right password at the console and not yet the second factor.';
comment on column app_half_sessions.sha256 is 'SHA-256 of the secret in the browser, which has 256 random bits.';
comment on column app_half_sessions.account is 'Whose.';
comment on column app_half_sessions.ends_at is 'When it ends.';

grant select, insert, update, delete on app_second_factors to ledger_service;
grant select, insert, delete on app_recovery_codes, app_half_sessions to ledger_service;
