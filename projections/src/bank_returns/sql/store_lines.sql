insert into read_bank_lines
select * from json_populate_recordset(null::read_bank_lines, $1::json)
