select json_build_object(
           'payment_id', payment_id, 'amount', amount_fen, 'status', status, 'bank_reference', bank_reference)
  from read_payments
 where run_id = $1
