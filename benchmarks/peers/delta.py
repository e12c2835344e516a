"""Delta Lake: MERGE, then OPTIMIZE."""

from benchmarks.peers.common import COMPARED, arguments, landed, newest, spark

given = arguments()
session = spark()
table = f"delta.`{given.out}`"
if given.step == "create":
    newest(landed(session, given)).write.format("delta").save(given.out)
elif given.step == "merge":
    newest(landed(session, given)).createOrReplaceTempView("arrived")
    session.sql(
        f"MERGE INTO {table} kept USING arrived ON kept.chargeback_id = arrived.chargeback_id "
        "WHEN MATCHED AND arrived.updated_at > kept.updated_at THEN UPDATE SET * "
        "WHEN NOT MATCHED THEN INSERT *"
    )
    session.sql(f"OPTIMIZE {table}")
else:
    session.table(table).select(*COMPARED).write.parquet(given.result)
