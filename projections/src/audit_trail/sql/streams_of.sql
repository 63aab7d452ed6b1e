select json_build_object('kind', stream_kind, 'id', stream_id)
  from read_audit_trail
 where person_id = $1
 group by stream_kind, stream_id
 order by stream_kind, stream_id
