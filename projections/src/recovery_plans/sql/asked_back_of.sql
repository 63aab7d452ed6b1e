-- what was asked back once has its reason, also where all of it was withdrawn
select payment_id, program from read_payments where beneficiary = $1 and recovery_reason is not null
