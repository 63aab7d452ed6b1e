insert into read_book_spans
select * from json_populate_recordset(null::read_book_spans, $1::json)
on conflict (subaccount, day, span) do update
   set first_position = least(read_book_spans.first_position, excluded.first_position),
       last_position = greatest(read_book_spans.last_position, excluded.last_position),
       debit_fen = read_book_spans.debit_fen + excluded.debit_fen,
       credit_fen = read_book_spans.credit_fen + excluded.credit_fen,
       posting_count = read_book_spans.posting_count + excluded.posting_count
