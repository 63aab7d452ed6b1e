-- Where one of several cases of a person was touched, the others are too: they may exclude each other.
with touched as materialized (
    select distinct aggregate_type, aggregate_id::uuid as id
      from log_events
     where position >= $1 and position < $2
       and aggregate_type in ('Household', 'BenefitCase', 'Payment', 'RecoveryPlan')
), households as materialized (
    select id as household_id from touched where aggregate_type = 'Household'
     union
    select household_id from touched join read_cases on case_id = id where aggregate_type = 'BenefitCase'
     union
    select household_id
      from touched join read_payments on payment_id = id join read_cases using (case_id)
     where aggregate_type = 'Payment'
     union
    select paying.household_id
      from touched
      join read_recovery_plans on plan_id = id
      join read_cases as paying on paying.case_id = from_case
     where aggregate_type = 'RecoveryPlan'
     union
    select paying.household_id
      from touched
      join read_payments as repaid on repaid.payment_id = id
      join read_recovery_plans as plan on plan.case_id = repaid.case_id
      join read_cases as paying on paying.case_id = plan.from_case
     where aggregate_type = 'Payment'
     union
    select household_id
      from read_bank_lines as line
      join read_payments using (payment_id)
      join read_cases using (case_id)
     where line.position >= $1 and line.position < $2
     union
    select household_id from read_cases where case_id = any ($3)
     union
    select household_id
      from log_events as claim
      join read_members
        on person_id = coalesce(payload #>> '{IdentityClaimed,person_id}', payload #>> '{IdentityReleased,person_id}')::uuid
     where position >= $1 and position < $2 and claim.aggregate_type = 'Identity'
)
select household_id from households
 union
select other.household_id
  from households
  join read_cases as file using (household_id)
  join read_cases as other on other.applicant = file.applicant
 order by 1
