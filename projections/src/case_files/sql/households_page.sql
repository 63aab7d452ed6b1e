select to_json(household)
  from read_households as household
 where registered_position >= $1
 order by registered_position
 limit $2
