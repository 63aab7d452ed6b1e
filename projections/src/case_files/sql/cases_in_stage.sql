select to_json(file)
  from read_cases as file
 where stage = $1 and opened_position >= $2
 order by opened_position
 limit $3
