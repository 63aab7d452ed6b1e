select coalesce(max(tile) + 1, 0)
  from log_tiles
 where suite = $1 and level = 0
