select json_build_object(
           'status', status, 'program', program, 'kind', kind, 'count', count(*), 'sum', sum(amount_fen)::bigint,
           'recovery_opened', sum(recovery_opened_fen)::bigint, 'recovery_received', sum(recovery_received_fen)::bigint)
  from read_payments
 where run_id = $1
 group by program, kind, status
 order by program, kind, status
