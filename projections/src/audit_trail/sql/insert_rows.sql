insert into read_audit_trail
select * from json_populate_recordset(null::read_audit_trail, $1::json)
