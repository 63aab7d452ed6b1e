select min(first_position),
       max(last_position),
       coalesce(sum(posting_count) filter (where $5::date is null or day >= $5), 0)::bigint,
       sum(debit_fen - credit_fen)::bigint
  from read_book_spans
 where account = $1
   and ($2::uuid is null or fund_id = $2)
   and ($3::text is null or program = $3)
   and ($4::date is null or day <= $4)
   and first_position < $6
 group by span
 order by span
