insert into log_tiles (suite, level, tile, hashes)
select $1, level, tile, hashes
  from unnest($2::smallint[], $3::bigint[], $4::bytea[]) as new (level, tile, hashes)
    on conflict do nothing
