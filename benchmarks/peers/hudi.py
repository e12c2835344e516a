"""Hudi: upsert into a copy-on-write table, the ordering field decides."""

from benchmarks.peers.common import COMPARED, KEY, arguments, landed, newest, spark

OPTIONS = {
    "hoodie.table.name": "chargebacks",
    "hoodie.datasource.write.table.type": "COPY_ON_WRITE",
    "hoodie.datasource.write.recordkey.field": KEY,
    "hoodie.datasource.write.partitionpath.field": "",
    "hoodie.datasource.write.keygenerator.class": "org.apache.hudi.keygen.NonpartitionedKeyGenerator",
    "hoodie.table.ordering.fields": "updated_at",
    "hoodie.datasource.write.precombine.field": "updated_at",
}

given = arguments()
session = spark()
if given.step == "create":
    load = OPTIONS | {"hoodie.datasource.write.operation": "bulk_insert"}
    newest(landed(session, given)).write.format("hudi").options(**load).mode("overwrite").save(given.out)
elif given.step == "merge":
    upsert = OPTIONS | {"hoodie.datasource.write.operation": "upsert"}
    landed(session, given).write.format("hudi").options(**upsert).mode("append").save(given.out)
else:
    session.read.format("hudi").load(given.out).select(*COMPARED).write.parquet(given.result)
