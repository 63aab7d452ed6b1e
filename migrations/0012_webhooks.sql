-- How far messages to other systems went: apart from the log, which says who subscribed. The secrets that sign them are
-- sealed under a key that is not in the database.

create table app_webhooks (
    webhook_id uuid primary key,
    sealed bytea not null,
    next_position bigint not null check (next_position >= 0),
    delivered bigint not null default 0,
    tries integer not null default 0 check (tries >= 0),
    retry_at timestamptz,
    failure text collate "C",
    leased_until timestamptz
);

comment on table app_webhooks is 'For each webhook its secret and how far its messages went.';
comment on column app_webhooks.webhook_id is 'Which.';
comment on column app_webhooks.sealed is 'The secret that signs its messages, sealed for this webhook.';
comment on column app_webhooks.next_position is 'The position in the log from which it was not told yet.';
comment on column app_webhooks.delivered is 'Messages that were taken.';
comment on column app_webhooks.tries is 'How often the message at next_position was refused.';
comment on column app_webhooks.retry_at is 'When it is tried again; none where nothing was refused.';
comment on column app_webhooks.failure is 'Why it was refused last, by code.';
comment on column app_webhooks.leased_until is 'Until when one server sends; none where no server does.';

create table app_webhook_dead (
    webhook_id uuid not null,
    position bigint not null,
    tries integer not null,
    failure text collate "C" not null,
    failed_at timestamptz not null default clock_timestamp(),
    wanted boolean not null default false,
    primary key (webhook_id, position)
);

comment on table app_webhook_dead is 'Messages that were given up.';
comment on column app_webhook_dead.webhook_id is 'To whom.';
comment on column app_webhook_dead.position is 'The position of the change in the log.';
comment on column app_webhook_dead.tries is 'How often it was tried.';
comment on column app_webhook_dead.failure is 'Why it was refused last, by code.';
comment on column app_webhook_dead.failed_at is 'When.';
comment on column app_webhook_dead.wanted is 'Whether it is to be tried once more.';

grant select, insert, update on app_webhooks to ledger_service;
grant select, insert, update, delete on app_webhook_dead to ledger_service;
