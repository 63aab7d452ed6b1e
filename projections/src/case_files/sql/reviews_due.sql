select to_json(file)
  from read_cases as file
 where review_due_on <= $1
 order by review_due_on, case_id
