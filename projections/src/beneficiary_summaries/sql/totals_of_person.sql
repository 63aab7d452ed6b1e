select json_build_object(
           'program', program, 'months', count(distinct month) filter (where settled_fen > 0),
           'due', sum(due_fen)::bigint, 'ordered', sum(ordered_fen)::bigint, 'settled', sum(settled_fen)::bigint,
           'returned', sum(returned_fen)::bigint, 'arrears', sum(arrears_fen)::bigint,
           'recovery_opened', sum(recovery_opened_fen)::bigint,
           'recovery_received', sum(recovery_received_fen)::bigint,
           'recovery_waived', sum(recovery_waived_fen)::bigint, 'withheld', sum(withheld_fen)::bigint)
  from read_beneficiary_months
 where beneficiary = $1 and month between $2 and $3
 group by program
 order by program
