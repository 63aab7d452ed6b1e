select format('%s rows %s-%s', count(*),
              coalesce(sum(('x' || substr(hash, 1, 15))::bit(60)::bigint), 0),
              coalesce(sum(('x' || substr(hash, 17, 15))::bit(60)::bigint), 0))
  from (select md5(rows::text) as hash from read_table as rows) as hashes
