delete from app_answers
 where key in (select key from app_answers where answered_at < clock_timestamp() - interval '7 days' order by answered_at limit 10000)
