select json_build_object('file', file, 'household', household.state)
  from read_cases as file
  join read_households as household using (household_id)
 where file.program = $1 and file.enrolled and file.case_id > $2
 order by file.case_id
 limit $3
