"""The usual Glue script: inferred schema, count, window, count, repartition, overwrite."""

from pyspark.sql import Window
from pyspark.sql import functions as f

from benchmarks.peers.common import FOLDER, arguments, spark

given = arguments()
session = spark()
raw = getattr(session.read, given.landing_format)(f"{given.landing}/{FOLDER}")
total = raw.count()
order = Window.partitionBy("chargeback_id").orderBy(f.col("updated_at").desc())
unique = raw.withColumn("row_number", f.row_number().over(order)).where("row_number = 1").drop("row_number")
kept = unique.count()
flat = unique.select("*", "metadata.*").drop("metadata")
writer = flat.repartition(10).write.mode("overwrite").option("header", True)
getattr(writer, given.output_format)(given.out)
print(f"{total} records, {total - kept} duplicates removed")
