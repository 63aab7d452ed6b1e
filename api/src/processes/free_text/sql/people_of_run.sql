select distinct member.person_id, member.name_sealed
  from app_run_lines as line
  join read_cases as file on file.case_id = line.case_id
  join read_members as member on member.household_id = file.household_id
 where line.run_id = $1 and member.presence <> 'erased'
 limit $2
