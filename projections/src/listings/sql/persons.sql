select json_build_object('person_id', member.person_id, 'household_id', member.household_id,
                         'community', home.community, 'presence', member.presence)
  from read_members as member
  cross join lateral (select community from read_households where household_id = member.household_id offset 0) as home
 where (member.person_id, member.household_id) > ($1, $2)
   and ($3::text is null or home.community = $3)
   and ($4::text is null or member.presence = $4)
 order by member.person_id, member.household_id
 limit $5
