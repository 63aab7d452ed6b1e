update read_bank_lines as line
   set resolution = resolved.resolution,
       note = resolved.note,
       resolved_on = resolved.resolved_on,
       resolved_by = resolved.resolved_by
  from json_populate_recordset(null::read_bank_lines, $1::json) as resolved
 where line.return_id = resolved.return_id
   and line.row_number = resolved.row_number
