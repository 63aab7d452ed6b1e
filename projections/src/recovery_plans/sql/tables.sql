create table read_recovery_plans (
    plan_id uuid primary key,
    number integer not null,
    case_id uuid not null,
    beneficiary uuid not null,
    program text collate "C" not null,
    items json not null,
    total_fen bigint not null,
    way json not null,
    from_case uuid,
    withholding_share integer not null,
    stage text collate "C" not null,
    proposed_by text not null,
    proposed_on date not null,
    approved_by text,
    approved_on date,
    closed_on date,
    closed_reason text,
    proposed_position bigint not null
) with (fillfactor = 70);

create index read_recovery_plans_case on read_recovery_plans (case_id, number);
create index read_recovery_plans_from on read_recovery_plans (from_case) where stage = 'approved';

comment on table read_recovery_plans is 'Every recovery plan (追回方案): what it says and where it stands.';
comment on column read_recovery_plans.plan_id is 'The plan.';
comment on column read_recovery_plans.number is 'Counts the plans of the case, from 1.';
comment on column read_recovery_plans.case_id is 'The case whose payments are asked back.';
comment on column read_recovery_plans.beneficiary is 'For whom they were.';
comment on column read_recovery_plans.program is 'The program''s code.';
comment on column read_recovery_plans.items is 'Which payments, with month and amount in fen.';
comment on column read_recovery_plans.total_fen is 'What they come to, in fen.';
comment on column read_recovery_plans.way is 'repayment, withholding or waiver, with what belongs to it.';
comment on column read_recovery_plans.from_case is 'The case that withholds; none for the other ways.';
comment on column read_recovery_plans.withholding_share is 'The largest share of a month''s due that may be withheld, in percent.';
comment on column read_recovery_plans.stage is 'proposed, approved, rejected, completed or ended.';
comment on column read_recovery_plans.proposed_by is 'Who proposed it.';
comment on column read_recovery_plans.proposed_on is 'When.';
comment on column read_recovery_plans.approved_by is 'Who approved it.';
comment on column read_recovery_plans.approved_on is 'When.';
comment on column read_recovery_plans.closed_on is 'When it was rejected, completed or ended.';
comment on column read_recovery_plans.closed_reason is 'Why it was rejected or ended.';
comment on column read_recovery_plans.proposed_position is 'The log position of the proposal.';
