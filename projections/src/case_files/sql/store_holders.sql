insert into read_account_holders
select * from json_populate_recordset(null::read_account_holders, $1::json)
on conflict do nothing
