-- A line stands where it belongs in the order of the digest, so that the lines of one case can be replaced without touching
-- the others, and is kept as the text that the digest is over, with what is sealed beside it: whoever looks for amounts,
-- accounts or payments opens no JSON.

alter table app_run_lines rename to app_run_lines_before;
alter index app_run_lines_pkey rename to app_run_lines_before_pkey;
alter index app_run_lines_case rename to app_run_lines_before_case;

create table app_run_lines (
    run_id uuid not null,
    program text collate "C" not null,
    case_id uuid not null,
    month text collate "C" not null,
    line text collate "C" not null,
    account text not null,
    determination text not null,
    rule_version text not null,
    replaces uuid,
    primary key (run_id, program, case_id, month)
);

-- what is kept, ciphertext, does not compress
alter table app_run_lines
    alter column line set storage external,
    alter column account set storage external,
    alter column determination set storage external;

alter table app_run_lines set (toast_tuple_target = 8160);

insert into app_run_lines
select run_id, paid ->> 'program', case_id, paid ->> 'month',
       concat_ws('|', case when withheld is null then 'line1' else 'line2' end,
                 paid ->> 'payment_id', paid ->> 'case_id', paid ->> 'beneficiary', paid ->> 'program', paid ->> 'month',
                 paid ->> 'attempt', paid ->> 'kind', paid ->> 'amount', paid ->> 'due', paid ->> 'payee',
                 staged ->> 'account_index', withheld),
       paid ->> 'account', paid ->> 'determination', paid ->> 'rule_version', (staged ->> 'replaces')::uuid
  from app_run_lines_before
 cross join lateral (select line::json as staged, line::json -> 'order' as paid) as one
 cross join lateral (
     select string_agg(concat_ws(':', part ->> 'plan_id', part ->> 'payment_id', part ->> 'amount'), '|' order by place)
                as withheld
       from json_array_elements(coalesce(paid -> 'withheld', '[]')) with ordinality as parts (part, place)
 ) as parts;

drop table app_run_lines_before;

create index app_run_lines_case on app_run_lines (case_id, run_id);

comment on table app_run_lines is 'Lines of payment runs, from calculation to release';
comment on column app_run_lines.run_id is 'The payment run';
comment on column app_run_lines.program is 'The program; lines ascend by program, case and month';
comment on column app_run_lines.case_id is 'The case';
comment on column app_run_lines.month is 'The month';
comment on column app_run_lines.line is 'The text that the digest of the run is over';
comment on column app_run_lines.account is 'The account, sealed for the payee';
comment on column app_run_lines.determination is 'Facts and steps, sealed for the beneficiary';
comment on column app_run_lines.rule_version is 'Version of the rule book';
comment on column app_run_lines.replaces is 'The returned payment whose place the line takes';

-- Runs that nobody opened yet, calculated the night before. A forecast is believed only with the hash that the office's key
-- makes of it; without, and for whatever changed since, the run is calculated as ever.

create table app_run_forecasts (
    run_id uuid primary key,
    forecast text not null,
    keyed_hash text not null
);

comment on table app_run_forecasts is 'Calculations of runs that nobody opened yet; their lines and notes stand with those of other runs';
comment on column app_run_forecasts.run_id is 'The run that it will be';
comment on column app_run_forecasts.forecast is 'What the run would pay, and its calculation, as JSON';
comment on column app_run_forecasts.keyed_hash is 'Hash of the forecast by a key that is not in the database';

grant select, insert, delete on app_run_lines, app_run_forecasts to ledger_service;
