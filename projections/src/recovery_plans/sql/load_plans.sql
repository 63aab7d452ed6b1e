select to_json(plan)
  from read_recovery_plans as plan
 where plan_id = any ($1)
