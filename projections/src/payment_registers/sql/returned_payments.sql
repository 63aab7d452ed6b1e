select to_json(payment)
  from read_payments as payment
 where status = 'returned'
 order by ordered_position
