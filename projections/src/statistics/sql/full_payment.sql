select json_build_object(
           'month', month, 'due_count', count(*),
           'full_count', count(*) filter (where settled_fen + withheld_fen >= due_fen),
           'due', sum(due_fen)::bigint, 'arrived', sum(least(settled_fen + withheld_fen, due_fen))::bigint)
  from read_beneficiary_months
 where month between $1 and $2 and due_fen > 0
 group by month
 order by month
