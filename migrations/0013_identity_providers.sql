-- Signing in through a provider of identities (OpenID Connect): apart from the log, which says who came in and what was
-- refused. Nothing here is a secret, a subject or a token. Thrown away without loss: who was underway begins again, and
-- counts of the day begin at nothing.

create table app_provider_sign_ins (
    sha256 bytea primary key check (length(sha256) = 32),
    ends_at timestamptz not null
);

comment on table app_provider_sign_ins is 'Sign-ins that were sent to the provider and did not come back. Each comes back once.';
comment on column app_provider_sign_ins.sha256 is 'SHA-256 of the secret in the browser, which has 256 random bits.';
comment on column app_provider_sign_ins.ends_at is 'Until when it may come back.';

create table app_provider_refusals (
    issuer text collate "C" not null,
    refusal text collate "C" not null,
    account text collate "C" not null,
    refused_on date not null,
    refused integer not null check (refused > 0),
    primary key (issuer, refusal, account, refused_on)
);

comment on table app_provider_refusals is 'How many sign-ins through a provider were refused on a day; the log has the first, second, fourth and so on.';
comment on column app_provider_refusals.issuer is 'Which provider.';
comment on column app_provider_refusals.refusal is 'Why, by its code.';
comment on column app_provider_refusals.account is 'Who it would have been; empty where that was not proved.';
comment on column app_provider_refusals.refused_on is 'The day in Beijing.';
comment on column app_provider_refusals.refused is 'How many.';

-- Adds a constant default: no row is written anew.
alter table app_half_sessions add column by_provider boolean not null default false;

comment on column app_half_sessions.by_provider is 'Whether the provider said who it is, in the place of a password.';

grant select, insert, delete on app_provider_sign_ins to ledger_service;
grant select, insert, update, delete on app_provider_refusals to ledger_service;
