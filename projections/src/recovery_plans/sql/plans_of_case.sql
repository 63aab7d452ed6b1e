select to_json(plan)
  from read_recovery_plans as plan
 where case_id = $1
 order by number
