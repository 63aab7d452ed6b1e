insert into read_fund_runs
select * from json_populate_recordset(null::read_fund_runs, $1::json)
on conflict (fund_id, run_id) do update
   set committed_fen = read_fund_runs.committed_fen + excluded.committed_fen,
       spent_fen = read_fund_runs.spent_fen + excluded.spent_fen,
       released_fen = read_fund_runs.released_fen + excluded.released_fen
