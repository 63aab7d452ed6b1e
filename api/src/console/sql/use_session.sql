update app_sessions
   set seen_at = clock_timestamp()
 where sha256 = $1
   and ends_at > clock_timestamp()
   and seen_at > clock_timestamp() - make_interval(mins => $2)
returning account, role
