"""What a day must give, worked out a second time in plain Python from the landing files' bytes.

Nothing here imports the chargebacks package or the sample generator: their mistakes are not repeated here.

    exact_json      JSON with exact numbers
    rules           one record: read, rejected or recognised; which of two wins
    landing         a landing file's bytes as records
    expect          the day's executions, one after another: rows, counts, announced ids
    check_files     the data files against that, as the log and as the output folder name them
    check_messages  the job's reports and the topic's messages against that
    check_table     the table's items against that
    fold            the table as a fold of messages, whoever sent them
    oracle          the script: `python -m tests.oracle.oracle description.json`
"""
