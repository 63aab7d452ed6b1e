select asked.key, sha256, status, body
  from unnest($1::uuid[]) with ordinality as asked (key, place)
  left join app_answers using (key)
 order by asked.place
