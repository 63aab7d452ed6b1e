select distinct payment_id
  from read_bank_lines
 where payment_id = any ($1) and reason = 'settled_after_return' and resolved_on is null
