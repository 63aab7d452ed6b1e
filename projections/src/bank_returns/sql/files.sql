select to_json(file)
  from read_bank_returns as file
 where $1::uuid is null or run_id = $1
 order by received_position
