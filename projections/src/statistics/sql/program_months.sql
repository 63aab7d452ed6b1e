select json_build_object(
           'program', program, 'month', month, 'persons', count(distinct beneficiary) filter (where settled_fen > 0),
           'households', count(distinct household_id) filter (where settled_fen > 0), 'payments', sum(settled_count)::bigint,
           'settled', sum(settled_fen)::bigint, 'arrears_count', sum(arrears_count)::bigint,
           'arrears', sum(arrears_fen)::bigint, 'returned_count', sum(returned_count)::bigint,
           'returned', sum(returned_fen)::bigint, 'recovery_opened', sum(recovery_opened_fen)::bigint,
           'recovery_received', sum(recovery_received_fen)::bigint)
  from read_beneficiary_months
  join read_cases using (case_id, program)
 where month between $1 and $2 and (settled_fen > 0 or returned_fen > 0)
 group by program, month
 order by program, month
