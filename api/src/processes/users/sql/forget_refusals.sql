update app_passwords as now
   set refused = 0, waits_until = null
  from app_passwords as before
 where now.account = $1 and before.account = now.account
returning before.refused
