select json_build_object('person_id', person_id, 'name_sealed', name_sealed)
  from (
    select distinct on (person_id) person_id, name_sealed
      from read_members
     where presence <> 'erased'
     order by person_id, household_id
  ) as name
