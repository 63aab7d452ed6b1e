with several as materialized (
    select distinct wanted.person
      from unnest($1::uuid[]) as wanted (person)
     where (select count(*)
              from (select from read_cases where applicant = wanted.person and enrolled limit 2) as own) > 1
)
select file.case_id, file.household_id, file.applicant, file.program, file.stage, file.enrolled, file.applied_on,
       file.decided_on, file.closed_on, file.review_due_on, file.sequence, file.opened_position, file.state,
       household.state
  from several
 cross join lateral (select * from read_cases where applicant = several.person and enrolled offset 0) as file
  join read_households as household using (household_id)
 where exists (select from read_cases as other
                where other.applicant = file.applicant and other.enrolled and other.case_id <> file.case_id
                  and (other.program = file.program or (file.program = any ($2) and other.program = any ($2))))
 order by file.program, file.case_id
