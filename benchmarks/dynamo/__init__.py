"""The updater's benchmarks: a table of DynamoDB Local, what updates it, and a server that answers at once.

table.py     the table: filled before, looked at after
slices.py    the messages of one execution that announces every item
spending.py  seconds, and processor seconds of client and server apart
updates.py   a process that updates every item once and tells what it spent
drain.py     a process that polls a topic until all its messages are done, and tells the same
canned.py    a DynamoDB that does nothing: what a client can do when no server holds it up
"""
