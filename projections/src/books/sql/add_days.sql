insert into read_book_days
select * from json_populate_recordset(null::read_book_days, $1::json)
on conflict (subaccount, day) do update
   set debit_fen = read_book_days.debit_fen + excluded.debit_fen,
       credit_fen = read_book_days.credit_fen + excluded.credit_fen,
       posting_count = read_book_days.posting_count + excluded.posting_count
