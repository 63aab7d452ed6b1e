select file.case_id, file.household_id, file.applicant, file.program, file.stage, file.enrolled, file.applied_on,
       file.decided_on, file.closed_on, file.review_due_on, file.sequence, file.opened_position, file.state,
       household.state
  from read_cases as file
  join read_households as household using (household_id)
 where file.program = $1 and file.enrolled and file.case_id > $2
 order by file.case_id
 limit $3
