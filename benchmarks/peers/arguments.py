"""What every peer is told: none knows more than a script in production would."""

import argparse

FOLDER = "2025/11/20"


def arguments() -> argparse.Namespace:
    """What every peer is told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--landing", help="root of the landing zone")
    parser.add_argument("--landing-format", choices=("json", "parquet"), default="json")
    parser.add_argument("--out", required=True, help="where the files, or the table, go")
    parser.add_argument("--output-format", choices=("csv", "parquet"), default="csv")
    parser.add_argument("--step", choices=("create", "merge", "read"), help="of a table format")
    parser.add_argument("--result", help="where the step `read` writes what the table holds")
    return parser.parse_args()
