SELECT ${names}
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY chargeback_id
        ORDER BY coalesce(updated_at, CASE WHEN event_type = 'REMOVE' THEN event_timestamp END) DESC NULLS LAST,
                 event_timestamp DESC NULLS LAST,
                 CASE event_type WHEN 'REMOVE' THEN 3 WHEN 'MODIFY' THEN 2 WHEN 'INSERT' THEN 1 ELSE 0 END DESC,
                 partition_date DESC
    ) AS place
    FROM (
        SELECT
           ${values},
           concat(year, '-', month, '-', day) AS partition_date
        FROM chargebacks_exact
    ) AS dated
) AS ranked
WHERE place = 1 AND coalesce(event_type, '') <> 'REMOVE'
