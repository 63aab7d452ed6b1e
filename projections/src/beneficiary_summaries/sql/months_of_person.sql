select to_json(month)
  from read_beneficiary_months as month
 where beneficiary = $1 and month between $2 and $3
 order by program, month, case_id
