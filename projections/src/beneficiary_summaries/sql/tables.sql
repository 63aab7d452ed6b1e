create table read_beneficiary_months (
    first_payment_id uuid primary key,
    beneficiary uuid not null,
    case_id uuid not null,
    program text collate "C" not null,
    month text collate "C" not null,
    due_fen bigint not null,
    ordered_fen bigint not null,
    settled_fen bigint not null,
    returned_fen bigint not null,
    arrears_fen bigint not null,
    recovery_opened_fen bigint not null,
    recovery_received_fen bigint not null,
    recovery_waived_fen bigint not null,
    withheld_fen bigint not null,
    ordered_count bigint not null,
    settled_count bigint not null,
    returned_count bigint not null,
    arrears_count bigint not null
) with (fillfactor = 80);

create index read_beneficiary_months_person on read_beneficiary_months (beneficiary, program, month);
create index read_beneficiary_months_month on read_beneficiary_months (month, program);

comment on table read_beneficiary_months is 'What each benefit month of each case came to. Amounts in fen.';
comment on column read_beneficiary_months.first_payment_id is 'The month''s first attempt, whose identifier names case and month.';
comment on column read_beneficiary_months.beneficiary is 'The person.';
comment on column read_beneficiary_months.case_id is 'The case.';
comment on column read_beneficiary_months.program is 'The program''s code.';
comment on column read_beneficiary_months.month is 'The benefit month.';
comment on column read_beneficiary_months.due_fen is 'What the month was due in all at its last order.';
comment on column read_beneficiary_months.ordered_fen is 'Ordered, ever.';
comment on column read_beneficiary_months.settled_fen is 'Of that, arrived.';
comment on column read_beneficiary_months.returned_fen is 'Of that, came back, whatever became of it then.';
comment on column read_beneficiary_months.arrears_fen is 'Of what arrived, paid as arrears.';
comment on column read_beneficiary_months.recovery_opened_fen is 'Asked back of what arrived.';
comment on column read_beneficiary_months.recovery_received_fen is 'Come back of what was asked back.';
comment on column read_beneficiary_months.recovery_waived_fen is 'Given up of what was asked back.';
comment on column read_beneficiary_months.withheld_fen is 'Due with what arrived and withheld from it, to repay earlier payments.';
comment on column read_beneficiary_months.ordered_count is 'Payments ordered.';
comment on column read_beneficiary_months.settled_count is 'Payments that arrived.';
comment on column read_beneficiary_months.returned_count is 'Payments that came back.';
comment on column read_beneficiary_months.arrears_count is 'Payments of arrears that arrived.';
