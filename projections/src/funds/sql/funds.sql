select to_json(fund) from read_funds as fund order by opened_position
