select to_json(plan)
  from read_recovery_plans as plan
 order by proposed_position
