select json_build_object('file', file, 'household', household.state)
  from read_cases as file
  join read_households as household using (household_id)
 where file.program = any ($1) and file.enrolled and file.household_id = any ($2)
 order by file.program, file.case_id
