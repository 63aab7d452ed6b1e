select json_build_object('program', program, 'stage', stage, 'count', count(*))
  from read_cases
 group by program, stage
 order by program, stage
