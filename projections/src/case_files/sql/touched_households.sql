with touched as materialized (
    select distinct aggregate_type, aggregate_id::uuid as id
      from log_events
     where position >= $1 and position < $2 and aggregate_type in ('Household', 'BenefitCase', 'Payment')
)
select id from touched where aggregate_type = 'Household'
 union
select household_id from touched join read_cases on case_id = id where aggregate_type = 'BenefitCase'
 union
select household_id
  from touched join read_payments on payment_id = id join read_cases using (case_id)
 where aggregate_type = 'Payment'
 union
select household_id from read_cases where case_id = any ($3)
 order by 1
