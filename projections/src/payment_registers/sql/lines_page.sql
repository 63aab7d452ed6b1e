select to_json(payment)
  from read_payments as payment
 where run_id = $1 and (program, case_id, month, attempt) > ($2, $3, $4, $5)
 order by program, case_id, month, attempt
 limit $6
