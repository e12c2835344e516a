"""Delta Lake: MERGE, then OPTIMIZE."""

from benchmarks.peers.common import COMPARED, arguments, landed, merged, newest, spark

given = arguments()
session = spark()
table = f"delta.`{given.out}`"
if given.step == "create":
    newest(landed(session, given)).write.format("delta").save(given.out)
elif given.step == "merge":
    merged(session, newest(landed(session, given)), table)
    session.sql(f"OPTIMIZE {table}")
else:
    session.table(table).select(*COMPARED).write.parquet(given.result)
