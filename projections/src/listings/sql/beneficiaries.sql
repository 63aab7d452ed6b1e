select to_json(applicant)
  from (select distinct found.applicant
          from read_cases as found
         where found.applicant > $1
           and ($2::text is null or found.program = $2)
         order by found.applicant
         limit $3) as beneficiary
