create table read_bank_returns (
    return_id uuid primary key,
    run_id uuid not null,
    sha256 text collate "C" not null,
    layout text not null,
    stage text collate "C" not null,
    line_count bigint not null,
    settled_count bigint not null,
    settled_fen bigint not null,
    returned_count bigint not null,
    returned_fen bigint not null,
    matching json,
    unmatched_count bigint not null,
    resolved_count bigint not null,
    received_on date not null,
    received_by text not null,
    received_position bigint not null
) with (fillfactor = 80);

create index read_bank_returns_run on read_bank_returns (run_id, received_position);

comment on table read_bank_returns is 'Every file from the bank (回盘) that was taken in for a run.';
comment on column read_bank_returns.return_id is 'The file, for this run.';
comment on column read_bank_returns.run_id is 'The run.';
comment on column read_bank_returns.sha256 is 'SHA-256 of its bytes.';
comment on column read_bank_returns.layout is 'The layout in which it was read, by code.';
comment on column read_bank_returns.stage is 'received or matched.';
comment on column read_bank_returns.line_count is 'Lines of the file.';
comment on column read_bank_returns.settled_count is 'Lines that say that money arrived.';
comment on column read_bank_returns.settled_fen is 'Their sum, in fen.';
comment on column read_bank_returns.returned_count is 'Lines that say that money came back.';
comment on column read_bank_returns.returned_fen is 'Their sum, in fen.';
comment on column read_bank_returns.matching is 'Where the lines went, as the event has it; none before every line has its place.';
comment on column read_bank_returns.unmatched_count is 'Lines that are exceptions.';
comment on column read_bank_returns.resolved_count is 'Of these, resolved ones.';
comment on column read_bank_returns.received_on is 'When it was taken in, as a day of the office.';
comment on column read_bank_returns.received_by is 'Who took it in.';
comment on column read_bank_returns.received_position is 'The log position of that.';

create table read_bank_lines (
    return_id uuid not null,
    row_number bigint not null,
    run_id uuid not null,
    reason text collate "C" not null,
    outcome text collate "C",
    amount_fen bigint,
    end_to_end_id text,
    payment_id uuid,
    account_index text collate "C",
    bank_code text,
    resolution json,
    note text,
    resolved_on date,
    resolved_by text,
    position bigint not null,
    primary key (return_id, row_number)
) with (fillfactor = 90);

create index read_bank_lines_open on read_bank_lines (run_id, position, row_number) where resolved_on is null;
create index read_bank_lines_payment on read_bank_lines (payment_id) where payment_id is not null;

comment on table read_bank_lines is 'Lines from the bank that could not be matched (回盘异常). Holds no personal value: a row is found again in the bank''s file.';
comment on column read_bank_lines.return_id is 'The file.';
comment on column read_bank_lines.row_number is 'The row in the file, from 1.';
comment on column read_bank_lines.run_id is 'The run that the file was taken in for.';
comment on column read_bank_lines.reason is 'Why it could not be matched, as a code.';
comment on column read_bank_lines.outcome is 'settled or returned, where that can be read.';
comment on column read_bank_lines.amount_fen is 'How much, in fen, where that can be read.';
comment on column read_bank_lines.end_to_end_id is 'The reference that it names.';
comment on column read_bank_lines.payment_id is 'The payment that it seems to speak of.';
comment on column read_bank_lines.account_index is 'Keyed hash of its account.';
comment on column read_bank_lines.bank_code is 'The bank''s code or reference.';
comment on column read_bank_lines.resolution is 'What it turned out to be, as the event has it.';
comment on column read_bank_lines.note is 'Why.';
comment on column read_bank_lines.resolved_on is 'When that was found.';
comment on column read_bank_lines.resolved_by is 'Who found it.';
comment on column read_bank_lines.position is 'The log position of the event that keeps it.';
