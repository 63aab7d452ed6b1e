-- lines are found in their order by the primary key: a plan made before a large run was analyzed would sort all that follows
set local enable_seqscan = off;
set local enable_bitmapscan = off;
set local enable_sort = off;
set local max_parallel_workers_per_gather = 0
