select to_json(months)
  from read_beneficiary_months as months
 where beneficiary = $1 and month between $2 and $3
 order by program, month, case_id
