-- each household is looked up by itself, and nothing else is asked of the index: a plan made before a large table was analyzed
-- would go through all cases of a program for each
select file.case_id, file.household_id, file.applicant, file.program, file.stage, file.enrolled, file.applied_on,
       file.decided_on, file.closed_on, file.review_due_on, file.sequence, file.opened_position, file.state,
       household.state
  from unnest($2::uuid[]) as home (household_id)
 cross join lateral (select * from read_cases where household_id = home.household_id offset 0) as file
  join read_households as household on household.household_id = file.household_id
 where file.enrolled and file.program = any ($1)
 order by file.program, file.case_id
