select json_build_object('program', program, 'line_count', count(*), 'sum', sum(amount_fen)::bigint)
  from read_payments
  join read_payment_runs as run using (run_id)
 where run.month = $1 and program = any ($2)
 group by program
 order by program
