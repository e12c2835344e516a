"""Iceberg: MERGE, then rewrite_data_files. The catalog `bench` is a folder."""

from benchmarks.peers.common import COMPARED, arguments, landed, merged, newest, spark

TABLE = "bench.day.chargebacks"

given = arguments()
session = spark()
if given.step == "create":
    newest(landed(session, given)).writeTo(TABLE).create()
elif given.step == "merge":
    merged(session, newest(landed(session, given)), TABLE)
    session.sql(
        f"CALL bench.system.rewrite_data_files(table => '{TABLE}', options => map('min-input-files', '2'))"
    )
else:
    session.table(TABLE).select(*COMPARED).write.parquet(given.result)
