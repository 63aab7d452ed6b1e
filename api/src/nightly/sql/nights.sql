select night, began_at, ended_at, found::text
  from app_nights
 order by night desc
 limit $1
