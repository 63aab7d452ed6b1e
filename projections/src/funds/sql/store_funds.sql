insert into read_funds
select * from json_populate_recordset(null::read_funds, $1::json)
on conflict (fund_id) do update
   set closed_through = excluded.closed_through,
       appropriated_fen = excluded.appropriated_fen,
       donated_fen = excluded.donated_fen,
       recovered_fen = excluded.recovered_fen,
       spent_fen = excluded.spent_fen,
       remitted_fen = excluded.remitted_fen,
       committed_fen = excluded.committed_fen,
       balance_fen = excluded.balance_fen
