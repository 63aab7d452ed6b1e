create table read_book_days (
    subaccount text collate "C" not null,
    day date not null,
    account text collate "C" not null,
    fund_id uuid,
    program text collate "C",
    level text collate "C",
    budget_year integer,
    debit_fen bigint not null,
    credit_fen bigint not null,
    posting_count bigint not null,
    primary key (subaccount, day)
) with (fillfactor = 50);

create index read_book_days_fund on read_book_days (fund_id);

comment on table read_book_days is 'The books (账簿) by subaccount and day. Debits equal credits over all subaccounts of a fund.';
comment on column read_book_days.subaccount is 'The subaccount''s name: its account''s code and what is kept apart in it.';
comment on column read_book_days.day is 'The day to which the postings belong.';
comment on column read_book_days.account is 'The account''s code.';
comment on column read_book_days.fund_id is 'The fund.';
comment on column read_book_days.program is 'The program''s code, where the account keeps programs apart.';
comment on column read_book_days.level is 'The level of government, where an appropriation named it.';
comment on column read_book_days.budget_year is 'The budget year, where an appropriation named it.';
comment on column read_book_days.debit_fen is 'Everything debited, in fen.';
comment on column read_book_days.credit_fen is 'Everything credited, in fen.';
comment on column read_book_days.posting_count is 'How many postings.';

create table read_book_spans (
    subaccount text collate "C" not null,
    day date not null,
    span bigint not null,
    account text collate "C" not null,
    fund_id uuid,
    program text collate "C",
    level text collate "C",
    budget_year integer,
    first_position bigint not null,
    last_position bigint not null,
    debit_fen bigint not null,
    credit_fen bigint not null,
    posting_count bigint not null,
    primary key (subaccount, day, span)
) with (fillfactor = 50);

create index read_book_spans_account on read_book_spans (account, fund_id);

comment on table read_book_spans is 'Where in the log the books (账簿) were posted to: sums by subaccount, day and span of the log.';
comment on column read_book_spans.subaccount is 'The subaccount''s name: its account''s code and what is kept apart in it.';
comment on column read_book_spans.day is 'The day to which the postings belong.';
comment on column read_book_spans.span is 'Which part of the log: its positions divided by 512.';
comment on column read_book_spans.account is 'The account''s code.';
comment on column read_book_spans.fund_id is 'The fund.';
comment on column read_book_spans.program is 'The program''s code, where the account keeps programs apart.';
comment on column read_book_spans.level is 'The level of government, where an appropriation named it.';
comment on column read_book_spans.budget_year is 'The budget year, where an appropriation named it.';
comment on column read_book_spans.first_position is 'The first event of the span that posted so.';
comment on column read_book_spans.last_position is 'The last.';
comment on column read_book_spans.debit_fen is 'Everything debited, in fen.';
comment on column read_book_spans.credit_fen is 'Everything credited, in fen.';
comment on column read_book_spans.posting_count is 'How many postings.';

create table read_book_years (
    fund_id uuid not null,
    position bigint primary key,
    closed_through integer
);

comment on table read_book_years is 'Every closing of a fund''s year, and every reopening.';
comment on column read_book_years.fund_id is 'The fund.';
comment on column read_book_years.position is 'The event that closed or reopened it.';
comment on column read_book_years.closed_through is 'The last year that is closed from then on; nothing more is booked into it or an earlier one. None where none is closed any more.';
