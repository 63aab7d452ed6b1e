with several as materialized (
    select account_index
      from read_members
     where account_index is not null and presence <> 'erased'
     group by account_index
    having count(*) > 1
)
select json_build_object('account_index', account_index, 'persons', json_agg(distinct person_id order by person_id))
  from read_members
  join several using (account_index)
 where presence <> 'erased'
 group by account_index
having count(distinct person_id) > 1
 order by account_index
