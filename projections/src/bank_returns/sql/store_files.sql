insert into read_bank_returns
select * from json_populate_recordset(null::read_bank_returns, $1::json)
on conflict (return_id) do update
   set stage = excluded.stage,
       matching = excluded.matching,
       unmatched_count = excluded.unmatched_count,
       resolved_count = excluded.resolved_count
