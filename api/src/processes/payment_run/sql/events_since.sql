select position, aggregate_type, event_type
  from log_events
 where position >= $1
   and (aggregate_type = 'Household' and aggregate_id = $2
        or aggregate_type = 'BenefitCase' and aggregate_id = $3::text
        or aggregate_type = 'Payment'
           and aggregate_id in (select payment_id::text from read_payments where case_id = $3))
 order by position
 limit $4
