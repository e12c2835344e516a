"""A peer: the consolidation that most Glue scripts do. It infers types, counts twice, ranks, and overwrites.

It promises less than ours (no atomic commit, no rejects, no changed ids, ties won by chance) and reads parquet only.
"""

import sys

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f


def main(landing: str, output: str) -> None:
    """All parquet files of the folder → ten csv files."""
    spark = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false").getOrCreate()
    rows = spark.read.option("mergeSchema", "true").parquet(landing)
    before = rows.count()
    newest = Window.partitionBy("chargeback_id").orderBy(f.col("updated_at").desc())
    kept = rows.withColumn("rank", f.row_number().over(newest)).where("rank = 1").drop("rank")
    flat = kept.withColumn("metadata", f.to_json("metadata"))
    after = flat.count()
    flat.repartition(10).write.mode("overwrite").option("header", "true").csv(output)
    print(f"{before} read, {after} kept")


if __name__ == "__main__":
    main(*sys.argv[1:])
