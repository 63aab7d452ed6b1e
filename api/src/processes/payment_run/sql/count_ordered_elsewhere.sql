select count(*)
  from unnest($1::uuid[]) as line (payment_id)
 cross join lateral (
     select run_id from read_payments as payment where payment.payment_id = line.payment_id offset 0
 ) as ordered
 where ordered.run_id <> $2
