"""What the peers on Spark share: the session, the contract's columns, the newest of each id."""

import argparse

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as f

from benchmarks.peers.arguments import FOLDER, arguments

__all__ = ["COMPARED", "FOLDER", "KEY", "arguments", "landed", "merged", "newest", "spark"]

KEY = "chargeback_id"
COMPARED = (KEY, "status", "amount", "updated_at")
SCHEMA = (
    "chargeback_id string, status string, merchant_id string, amount decimal(18,2), currency string, "
    "created_at timestamp, updated_at timestamp, reason string, "
    "metadata struct<transaction_id: string, customer_email: string>, event_type string, event_timestamp timestamp"
)


def spark() -> SparkSession:
    """The session that the job gets on this machine; memory, jars and extensions come from the environment."""
    from chargebacks.local.spark import session

    return session()


def landed(session: SparkSession, given: argparse.Namespace) -> DataFrame:
    """The landing files, their schema told."""
    reader = session.read.schema(SCHEMA)
    return getattr(reader, given.landing_format)(f"{given.landing}/{FOLDER}")


def newest(rows: DataFrame) -> DataFrame:
    """The row with the greatest `updated_at` of each chargeback."""
    order = Window.partitionBy(KEY).orderBy(f.col("updated_at").desc())
    return rows.withColumn("rank", f.row_number().over(order)).where("rank = 1").drop("rank")


def merged(session: SparkSession, rows: DataFrame, table: str) -> None:
    """MERGE the rows into a table of a format that knows that statement: newer ones update, unknown ones join."""
    rows.createOrReplaceTempView("arrived")
    session.sql(
        f"MERGE INTO {table} kept USING arrived ON kept.{KEY} = arrived.{KEY} "
        "WHEN MATCHED AND arrived.updated_at > kept.updated_at THEN UPDATE SET * "
        "WHEN NOT MATCHED THEN INSERT *"
    )
