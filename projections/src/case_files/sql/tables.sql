create table read_households (
    household_id uuid primary key,
    community text not null,
    head uuid not null,
    sequence bigint not null,
    registered_position bigint not null,
    state json not null
) with (fillfactor = 80);

create index read_households_registered on read_households (registered_position);
create index read_households_community on read_households (community, household_id);

comment on table read_households is 'Every household (家庭), folded: what a determination looks at. Personal values stay sealed.';
comment on column read_households.household_id is 'The household.';
comment on column read_households.community is 'Its community, by the office''s code.';
comment on column read_households.head is 'Its head.';
comment on column read_households.sequence is 'How many events of its stream are folded.';
comment on column read_households.registered_position is 'The log position of its registration.';
comment on column read_households.state is 'The folded aggregate.';

create table read_members (
    person_id uuid not null,
    household_id uuid not null,
    presence text collate "C" not null,
    name_sealed text not null,
    account_index text collate "C",
    account_holder uuid,
    primary key (person_id, household_id)
) with (fillfactor = 90);

create index read_members_household on read_members (household_id);
create index read_members_account on read_members (account_index) where account_index is not null;

comment on table read_members is 'Who belongs or belonged to which household, and where benefits go. Holds no personal value in clear.';
comment on column read_members.person_id is 'The person.';
comment on column read_members.household_id is 'The household.';
comment on column read_members.presence is 'present, left, deceased or erased.';
comment on column read_members.name_sealed is 'The name, sealed for the person.';
comment on column read_members.account_index is 'Keyed hash of the account that holds from the latest day; none without an account.';
comment on column read_members.account_holder is 'Who holds that account.';

create table read_account_holders (
    holder uuid not null,
    person_id uuid not null,
    household_id uuid not null,
    primary key (holder, person_id, household_id)
);

comment on table read_account_holders is 'Whose benefits go, or ever went, to the account of somebody else.';
comment on column read_account_holders.holder is 'Who holds the account.';
comment on column read_account_holders.person_id is 'Whose benefits.';
comment on column read_account_holders.household_id is 'In which household.';

create table read_cases (
    case_id uuid primary key,
    household_id uuid not null,
    applicant uuid not null,
    program text collate "C" not null,
    stage text collate "C" not null,
    enrolled boolean not null,
    applied_on date,
    decided_on date,
    closed_on date,
    review_due_on date,
    sequence bigint not null,
    opened_position bigint not null,
    state json not null
) with (fillfactor = 80);

create index read_cases_payable on read_cases (program, case_id) where enrolled;
create index read_cases_applicant on read_cases (applicant);
create index read_cases_household on read_cases (household_id);
create index read_cases_stage on read_cases (stage, program, opened_position);
create index read_cases_review on read_cases (review_due_on, case_id) include (household_id)
    where review_due_on is not null;

comment on table read_cases is 'Every benefit case (救助个案), folded. Personal values stay sealed.';
comment on column read_cases.case_id is 'The case.';
comment on column read_cases.household_id is 'The household.';
comment on column read_cases.applicant is 'The applicant, who is the beneficiary.';
comment on column read_cases.program is 'The program''s code.';
comment on column read_cases.stage is 'consulted, gathering, recommended, on_notice, refused, enrolled, suspended, closed or discontinued.';
comment on column read_cases.enrolled is 'Whether it is or was on the roll, so that months may be owed.';
comment on column read_cases.applied_on is 'The day of the application.';
comment on column read_cases.decided_on is 'The day of the decision.';
comment on column read_cases.closed_on is 'The last day on which it stood.';
comment on column read_cases.review_due_on is 'When its next review is due, while it is on the roll.';
comment on column read_cases.sequence is 'How many events of its stream are folded.';
comment on column read_cases.opened_position is 'The log position of its first event.';
comment on column read_cases.state is 'The folded aggregate.';
