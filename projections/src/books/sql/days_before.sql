select to_json(spans)
  from read_book_spans as spans
 where ($1::uuid is null or fund_id = $1) and span < $2
