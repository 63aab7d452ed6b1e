select to_json(line)
  from read_bank_lines as line
 where resolved_on is null
   and ($1::uuid is null or run_id = $1)
 order by position, row_number
