select stored.size, stored.note, stored.signed_at,
       array(select added.line
               from log_signatures as added
              where added.suite = stored.suite and added.size = stored.size
              order by added.added_at, added.line) as added
  from log_checkpoints as stored
 where stored.suite = $1 and stored.size >= $2 and stored.size <= $3
 order by stored.size desc
 limit $4
