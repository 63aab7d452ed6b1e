select json_build_object('household_id', home.household_id, 'community', home.community, 'head', home.head,
                         'version', home.sequence, 'registered_position', home.registered_position)
  from read_households as home
 where home.registered_position < $1
   and ($2::text is null or home.community = $2)
 order by home.registered_position desc
 limit $3
