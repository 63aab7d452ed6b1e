select to_json(payment)
  from read_payments as payment
 where run_id = $1
 order by program, case_id, month, attempt
