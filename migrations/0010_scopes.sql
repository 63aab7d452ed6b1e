-- Row-level security for what is read on behalf of somebody who sees some communities only. Such a transaction takes the
-- role ledger_reader and says with two settings, for itself alone, what is seen. Without them nothing is: a query that
-- forgets its filter finds the rows of the caller's communities and no others. The service itself works on every row.
-- The functions look at tables that the owner makes and replaces, so they name them late.

create function scope_is_everywhere() returns boolean
language sql stable parallel safe as $$
    select coalesce(current_setting('ledger.scope', true), '') = 'everywhere'
$$;

comment on function scope_is_everywhere() is 'Whether this transaction sees people of every community.';

create function scope_has(community text) returns boolean
language sql stable parallel safe as $$
    select coalesce(current_setting('ledger.scope', true), '') = 'communities'
       and community = any (string_to_array(current_setting('ledger.communities', true), chr(31)))
$$;

comment on function scope_has(text) is 'Whether this transaction sees people of a community.';

create function scope_has_household(household uuid) returns boolean
language plpgsql stable security definer set search_path from current as $$
begin
    return household is not null and exists (
        select from read_households as found
         where found.household_id = household and scope_has(found.community));
end $$;

comment on function scope_has_household(uuid) is 'Whether this transaction sees the people of a household.';

create function scope_has_case(wanted uuid) returns boolean
language plpgsql stable security definer set search_path from current as $$
begin
    return wanted is not null and exists (
        select from read_cases as found
          join read_households as home on home.household_id = found.household_id
         where found.case_id = wanted and scope_has(home.community));
end $$;

comment on function scope_has_case(uuid) is 'Whether this transaction sees the people of a case.';

grant execute on function scope_is_everywhere(), scope_has(text), scope_has_household(uuid), scope_has_case(uuid)
   to ledger_service, ledger_reader;

create table app_answers (
    key uuid primary key,
    sha256 bytea not null check (length(sha256) = 32),
    status smallint not null,
    body text,
    answered_at timestamptz not null default clock_timestamp()
);

comment on table app_answers is 'What requests that change something were answered with, by their idempotency keys, for a week.';
comment on column app_answers.key is 'Follows from the caller and the key that they chose.';
comment on column app_answers.sha256 is 'Of method, path and body, to tell a repeat from another request.';
comment on column app_answers.status is 'The status.';
comment on column app_answers.body is 'The JSON; identifiers and positions, no personal value and no token.';
comment on column app_answers.answered_at is 'When.';

create index app_answers_answered on app_answers (answered_at);

grant select, insert, delete on app_answers to ledger_service;
