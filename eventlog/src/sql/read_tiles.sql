select stored.level, stored.tile, stored.hashes
  from unnest($2::smallint[], $3::bigint[]) as wanted (level, tile)
  join log_tiles as stored on stored.suite = $1 and stored.level = wanted.level and stored.tile = wanted.tile
