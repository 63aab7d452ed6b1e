-- every page is found by key: a plan made before a large table was analyzed would go through the whole of it for each
set local enable_seqscan = off;
set local enable_bitmapscan = off;
set local enable_hashjoin = off;
set local enable_mergejoin = off;
set local enable_sort = off;
set local max_parallel_workers_per_gather = 0
