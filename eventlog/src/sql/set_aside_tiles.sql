with tiles as (
    delete from log_tiles
     where suite = $1 and tile >= floor($3::bigint / power(256::numeric, level + 1))
    returning level, tile, hashes
)
insert into log_tiles (suite, level, tile, hashes)
select $2, level, tile, hashes from tiles
