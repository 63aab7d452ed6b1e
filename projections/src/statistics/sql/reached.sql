select json_build_object('persons', count(distinct beneficiary), 'households', count(distinct household_id))
  from read_beneficiary_months
  join read_cases using (case_id, program)
 where month between $1 and $2 and settled_fen > 0 and program = any ($3)
