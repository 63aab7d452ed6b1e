select json_build_object('program', program, 'persons', count(distinct beneficiary), 'settled', sum(settled_fen)::bigint)
  from read_beneficiary_months
 where month between $1 and $2 and settled_fen > 0
 group by program
 order by program
