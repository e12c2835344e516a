"""Chargeback consolidation: landing files in, one exact table out.

The way of a record: `consolidation` (landing file → data file, commit log, Kafka slice), `contract` (what the
slice may say), `projection` (slice → DynamoDB item).
"""

__version__ = "0.1.0"
