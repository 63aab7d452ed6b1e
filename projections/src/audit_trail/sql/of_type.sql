select to_json(trail)
  from read_audit_trail as trail
 where event_type = $1
   and coalesce(effective_on, office_day) between $2 and $3
   and office_day >= $2
 order by position
