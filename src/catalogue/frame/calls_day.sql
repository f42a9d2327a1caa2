-- The roll-up of the call rows by local day and the dimensions that pages split by.
SELECT calls_day.*
FROM calls_day
WHERE project = $project
