select json_build_object('position', seen.position, 'recorded_at', seen.recorded_at, 'stream', seen.stream_kind,
                         'stream_id', seen.stream_id, 'sequence', seen.sequence, 'event', seen.event_type,
                         'actor', seen.actor_id, 'role', seen.actor_role, 'effective_on', seen.effective_on,
                         'household_id', seen.household_id, 'person_id', seen.person_id, 'case_id', seen.case_id,
                         'run_id', seen.run_id)
  from read_audit_trail as seen
 where seen.position <= $1
   and ($8::text[] is null
        or exists (select from read_households as home
                    where home.household_id = seen.household_id and home.community = any ($8))
        or exists (select from read_cases as found
                     join read_households as home on home.household_id = found.household_id
                    where found.case_id = seen.case_id and home.community = any ($8))
        or exists (select from read_openings as opened
                     join read_members as member on member.person_id = opened.person_id
                     join read_households as home on home.household_id = member.household_id
                    where opened.position = seen.position and opened.person_id = $4 and home.community = any ($8)))
   and ($2::text is null or seen.case_id in (select case_id from read_cases where program = $2))
   and ($3::text is null or seen.stream_kind = $3)
   and ($4::uuid is null
        or seen.position in (select position from read_audit_trail where person_id = $4
                             union all
                             select position from read_openings where person_id = $4))
   and ($5::uuid is null or seen.case_id = $5)
   and ($6::text is null or seen.actor_id = $6)
 order by seen.position desc
 limit $7
