select to_json(trail)
  from read_audit_trail as trail
 where position >= $1
   and ($2::uuid is null or household_id = $2)
   and ($3::uuid is null or person_id = $3)
   and ($4::uuid is null or case_id = $4)
   and ($5::uuid is null or run_id = $5)
   and ($6::text is null or actor_id = $6)
   and ($7::date is null or office_day >= $7)
   and ($8::date is null or office_day <= $8)
 order by position
 limit $9
