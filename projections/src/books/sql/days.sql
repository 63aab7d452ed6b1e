select to_json(days)
  from read_book_days as days
 where $1::uuid is null or fund_id = $1
 order by subaccount, day
