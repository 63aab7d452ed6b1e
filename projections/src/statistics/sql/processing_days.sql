select json_build_object(
           'program', program, 'decided', count(*),
           'median', percentile_disc(0.5) within group (order by decided_on - applied_on),
           'ninety', percentile_disc(0.9) within group (order by decided_on - applied_on),
           'longest', max(decided_on - applied_on))
  from read_cases
 where applied_on is not null and decided_on between $1 and $2 and decided_on >= applied_on
 group by program
 order by program
