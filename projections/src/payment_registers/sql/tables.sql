create table read_payments (
    payment_id uuid primary key,
    run_id uuid not null,
    case_id uuid not null,
    beneficiary uuid not null,
    program text collate "C" not null,
    month text collate "C" not null,
    attempt integer not null,
    kind text collate "C" not null,
    amount_fen bigint not null,
    due_fen bigint not null,
    payee uuid not null,
    account_sealed text not null,
    rule_version text not null,
    execution_on date not null,
    status text collate "C" not null,
    settled_on date,
    bank_reference text,
    returned_on date,
    returned_reason text,
    reissued_as uuid,
    cancelled_on date,
    cancelled_reason text,
    recovery_opened_fen bigint not null,
    recovery_received_fen bigint not null,
    recovery_waived_fen bigint not null,
    withheld_fen bigint not null,
    repays json not null,
    recovery_reason text,
    ordered_position bigint not null
) with (fillfactor = 80);

create index read_payments_run on read_payments (run_id, program, case_id, month, attempt);
create index read_payments_case on read_payments (case_id, month, attempt);
create index read_payments_returned on read_payments (ordered_position) where status = 'returned';
create index read_payments_recovery on read_payments (ordered_position) where recovery_opened_fen > recovery_received_fen + recovery_waived_fen;
create index read_payments_beneficiary on read_payments (beneficiary) where recovery_reason is not null;
create index read_payments_payee on read_payments (payee) where payee <> beneficiary;
create index read_payments_withholding on read_payments (ordered_position) where status = 'ordered' and withheld_fen > 0;

comment on table read_payments is 'Every payment (发放明细) with what became of it.';
comment on column read_payments.payment_id is 'The payment.';
comment on column read_payments.run_id is 'The run that ordered it.';
comment on column read_payments.case_id is 'The case.';
comment on column read_payments.beneficiary is 'For whom it is.';
comment on column read_payments.program is 'The program''s code.';
comment on column read_payments.month is 'The benefit month, such as 2023-07.';
comment on column read_payments.attempt is 'Counts the payments of the case for the month, from 1.';
comment on column read_payments.kind is 'ordinary, arrears or reissue.';
comment on column read_payments.amount_fen is 'How much, in fen.';
comment on column read_payments.due_fen is 'What the month was due in all when it was ordered, in fen.';
comment on column read_payments.payee is 'Who holds the account.';
comment on column read_payments.account_sealed is 'The account, sealed for the payee.';
comment on column read_payments.rule_version is 'The rule book that determined the amount.';
comment on column read_payments.execution_on is 'The day on which the bank was to pay.';
comment on column read_payments.status is 'ordered, settled, returned, reissued or cancelled.';
comment on column read_payments.settled_on is 'The day on which it arrived.';
comment on column read_payments.bank_reference is 'The bank''s reference of the arrival.';
comment on column read_payments.returned_on is 'The day on which it came back.';
comment on column read_payments.returned_reason is 'The bank''s reason code.';
comment on column read_payments.reissued_as is 'The attempt that took its place.';
comment on column read_payments.cancelled_on is 'The day on which it was given up.';
comment on column read_payments.cancelled_reason is 'Why it was given up.';
comment on column read_payments.recovery_opened_fen is 'How much of it is asked back in all, less what was withdrawn, in fen.';
comment on column read_payments.recovery_received_fen is 'How much of that came back, in fen.';
comment on column read_payments.recovery_waived_fen is 'How much of that was given up, in fen.';
comment on column read_payments.withheld_fen is 'What is due with it and withheld, in fen; once settled, what took effect.';
comment on column read_payments.repays is 'What it repays: plan, payment and amount of each part withheld.';
comment on column read_payments.recovery_reason is 'Why it was last asked back.';
comment on column read_payments.ordered_position is 'The log position of the order.';

create table read_payment_runs (
    run_id uuid primary key,
    month text collate "C" not null,
    programs text[] not null,
    fund_id uuid not null,
    stage text collate "C" not null,
    calculation json,
    line_count bigint not null,
    control_sum_fen bigint not null,
    opened_by text not null,
    opened_on date not null,
    calculated_by text,
    submitted_by text,
    submitted_on date,
    endorsed_by text,
    endorsed_on date,
    approved_by text,
    approved_on date,
    rejected_by text,
    rejected_on date,
    rejected_reason text,
    released_by text,
    released_on date,
    file_sha256 text,
    execution_on date,
    reconciled_on date,
    ordered_count bigint not null,
    ordered_fen bigint not null,
    settled_count bigint not null,
    settled_fen bigint not null,
    returned_count bigint not null,
    returned_fen bigint not null,
    opened_position bigint not null
) with (fillfactor = 70);

create index read_payment_runs_month on read_payment_runs (month, opened_position);

comment on table read_payment_runs is 'Every payment run (发放批次) with its lines in sum. Pending is ordered less settled less returned.';
comment on column read_payment_runs.run_id is 'The run.';
comment on column read_payment_runs.month is 'The newest benefit month that it pays.';
comment on column read_payment_runs.programs is 'What it pays, by code.';
comment on column read_payment_runs.fund_id is 'The fund that pays.';
comment on column read_payment_runs.stage is 'opened, calculated, submitted, endorsed, approved, rejected, released or reconciled.';
comment on column read_payment_runs.calculation is 'The calculation that holds, as its event has it; none before the first and after a rejection.';
comment on column read_payment_runs.line_count is 'Lines of that calculation.';
comment on column read_payment_runs.control_sum_fen is 'Sum of that calculation, in fen.';
comment on column read_payment_runs.opened_by is 'Who opened it.';
comment on column read_payment_runs.opened_on is 'When, as a day of the office.';
comment on column read_payment_runs.calculated_by is 'Who calculated it last.';
comment on column read_payment_runs.submitted_by is 'Who submitted it last.';
comment on column read_payment_runs.submitted_on is 'When.';
comment on column read_payment_runs.endorsed_by is 'Who endorsed it, the first of two approvers; none after a rejection.';
comment on column read_payment_runs.endorsed_on is 'When.';
comment on column read_payment_runs.approved_by is 'Who approved it; none after a rejection.';
comment on column read_payment_runs.approved_on is 'When.';
comment on column read_payment_runs.rejected_by is 'Who sent it back last.';
comment on column read_payment_runs.rejected_on is 'When.';
comment on column read_payment_runs.rejected_reason is 'Why.';
comment on column read_payment_runs.released_by is 'Who released it to the bank.';
comment on column read_payment_runs.released_on is 'When, as a day of the office.';
comment on column read_payment_runs.file_sha256 is 'SHA-256 of the bank file.';
comment on column read_payment_runs.execution_on is 'The day on which the bank was to pay.';
comment on column read_payment_runs.reconciled_on is 'The day on which every line had its result.';
comment on column read_payment_runs.ordered_count is 'Payments ordered.';
comment on column read_payment_runs.ordered_fen is 'Their sum, in fen.';
comment on column read_payment_runs.settled_count is 'Payments that arrived.';
comment on column read_payment_runs.settled_fen is 'Their sum, in fen.';
comment on column read_payment_runs.returned_count is 'Payments that came back, whatever became of them then.';
comment on column read_payment_runs.returned_fen is 'Their sum, in fen.';
comment on column read_payment_runs.opened_position is 'The log position of its opening.';
