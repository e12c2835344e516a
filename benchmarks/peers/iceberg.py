"""Iceberg: MERGE, then rewrite_data_files. The catalog `bench` is a folder."""

from benchmarks.peers.common import COMPARED, arguments, landed, newest, spark

TABLE = "bench.day.chargebacks"

given = arguments()
session = spark()
if given.step == "create":
    newest(landed(session, given)).writeTo(TABLE).create()
elif given.step == "merge":
    newest(landed(session, given)).createOrReplaceTempView("arrived")
    session.sql(
        f"MERGE INTO {TABLE} kept USING arrived ON kept.chargeback_id = arrived.chargeback_id "
        "WHEN MATCHED AND arrived.updated_at > kept.updated_at THEN UPDATE SET * "
        "WHEN NOT MATCHED THEN INSERT *"
    )
    session.sql(
        f"CALL bench.system.rewrite_data_files(table => '{TABLE}', options => map('min-input-files', '2'))"
    )
else:
    session.table(TABLE).select(*COMPARED).write.parquet(given.result)
