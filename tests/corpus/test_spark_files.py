"""Files that Spark writes, each through the job: every record is accounted for, with the values that were written."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.corpus.running import complaint, through_the_job
from tests.corpus.spark_files import SparkFile, files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("file", [pytest.param(one, id=f"{one.form}/{one.name}") for one in files()])
def test_every_record_that_spark_wrote_is_accounted_for(
    tmp_path: Path, spark: "SparkSession", file: SparkFile
) -> None:
    spec = file.spec(spark)
    assert complaint(spec, through_the_job(tmp_path, spec)) is None
