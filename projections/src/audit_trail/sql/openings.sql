select to_json(trail)
  from read_openings as opened
  join read_audit_trail as trail on trail.position = opened.position
 where opened.person_id = $1
 order by opened.position desc
 limit $2
