insert into read_book_accounts
select * from json_populate_recordset(null::read_book_accounts, $1::json)
on conflict (account) do update
   set debit_fen = read_book_accounts.debit_fen + excluded.debit_fen,
       credit_fen = read_book_accounts.credit_fen + excluded.credit_fen,
       posting_count = read_book_accounts.posting_count + excluded.posting_count
