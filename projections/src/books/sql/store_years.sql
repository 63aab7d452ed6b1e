insert into read_book_years
select * from json_populate_recordset(null::read_book_years, $1::json)
