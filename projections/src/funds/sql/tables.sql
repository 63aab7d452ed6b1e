create table read_funds (
    fund_id uuid primary key,
    name text not null,
    source text collate "C" not null,
    restriction text collate "C" not null,
    opened_on date not null,
    programs text[] not null,
    closed_through integer,
    appropriated_fen bigint not null,
    donated_fen bigint not null,
    recovered_fen bigint not null,
    spent_fen bigint not null,
    remitted_fen bigint not null,
    committed_fen bigint not null,
    balance_fen bigint not null,
    opened_position bigint not null
) with (fillfactor = 50);

comment on table read_funds is 'Every fund (资金). Its balance is appropriated, donated and recovered less spent and remitted; free is balance less committed.';
comment on column read_funds.fund_id is 'The fund.';
comment on column read_funds.name is 'Its name.';
comment on column read_funds.source is 'budget or donations.';
comment on column read_funds.restriction is 'restricted or unrestricted.';
comment on column read_funds.opened_on is 'When it was opened.';
comment on column read_funds.programs is 'The programs it may pay, by code; every program where none is named.';
comment on column read_funds.closed_through is 'The last year that is closed.';
comment on column read_funds.appropriated_fen is 'Appropriated to it, in fen.';
comment on column read_funds.donated_fen is 'Donated to it, less refunds, in fen.';
comment on column read_funds.recovered_fen is 'Recovered into it, in fen.';
comment on column read_funds.spent_fen is 'Spent from it, in fen.';
comment on column read_funds.remitted_fen is 'Remitted from it to other organisations, in fen.';
comment on column read_funds.committed_fen is 'Promised to runs and not yet spent or released, in fen.';
comment on column read_funds.balance_fen is 'What it holds, in fen.';
comment on column read_funds.opened_position is 'The log position of its opening.';

create table read_fund_runs (
    fund_id uuid not null,
    run_id uuid not null,
    committed_fen bigint not null,
    spent_fen bigint not null,
    released_fen bigint not null,
    primary key (fund_id, run_id)
) with (fillfactor = 80);

create index read_fund_runs_run on read_fund_runs (run_id);

comment on table read_fund_runs is 'What a fund promised to a payment run, and what became of it.';
comment on column read_fund_runs.fund_id is 'The fund.';
comment on column read_fund_runs.run_id is 'The run.';
comment on column read_fund_runs.committed_fen is 'Promised, ever, in fen.';
comment on column read_fund_runs.spent_fen is 'Of that, spent, in fen.';
comment on column read_fund_runs.released_fen is 'Of that, released, in fen.';
