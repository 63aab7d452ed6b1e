select household_id from read_members where person_id = $1
union
select household_id from read_account_holders where holder = $1
