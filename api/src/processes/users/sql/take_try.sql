update app_passwords
   set refused = refused + 1,
       waits_until = case when (refused + 1) % $2 = 0 then clock_timestamp() + make_interval(mins => $3) else waits_until end
 where account = $1
   and coalesce(waits_until <= clock_timestamp(), true)
returning refused
