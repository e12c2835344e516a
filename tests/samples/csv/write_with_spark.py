"""Write spark.csv with Spark's defaults, and spark.json with what Spark reads back. Run once: needs Java."""

import json
import tempfile
from pathlib import Path

from chargebacks.local.spark import session

HERE = Path(__file__).parent
COLUMNS = ("chargeback_id", "reason", "status", "merchant_id", "metadata")
ROWS = [
    ("cb-1", 'screen 15"', "open", "m", '{"transaction_id": "t-1"}'),
    ("cb-2", "back\\slash", "C:\\dir\\", "\\", '{"transaction_id": "a\\nb \\"q\\" \\\\"}'),
    ("cb-3", "ends with \\", "x", 'a "quoted", b', None),
    ("cb-4", "comma, and \\ ends\\", "\\, x", "\\n", None),
    ("cb-5", 'quote then slash "\\', "z", '\\"', None),
    ("cb-6", 'slash then quote \\"', "", "double \\\\ slash", None),
    ("cb-7", 'two\nlines \\\nof \\n text, "q"', None, "double \\\\ slash, comma", None),
    ("cb-8", '"', '""', '","', None),
]

spark = session("local[1]")
with tempfile.TemporaryDirectory() as folder:
    rows = spark.createDataFrame(ROWS, ", ".join(f"{name} string" for name in COLUMNS))
    rows.coalesce(1).write.option("header", "true").csv(f"{folder}/out")
    written = next(Path(folder, "out").glob("part-*.csv"))
    HERE.joinpath("spark.csv").write_bytes(written.read_bytes())
    back = spark.read.option("header", "true").option("multiLine", "true").csv(str(written)).collect()
values = [{name: value for name, value in row.asDict().items() if value is not None} for row in back]
HERE.joinpath("spark.json").write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n")
spark.stop()
