select to_json(run) from read_fund_runs as run where run_id = $1 order by fund_id
