"""AWS Lambda's event source mapping for Kafka, on this machine: from the real topic to the real handler.

Pure: `event` (a batch as the event that Lambda makes of it), `batch` (when a batch is full), `answer` (which
records the handler's answer says failed), `delivery` (what is left of a batch, what may be committed).

At work: `source` and `client` (a member of the consumer group), `invoke` and `context` (one call of a handler),
`aside` (where records go whose retries ran out), `poller` (the loop), `lag` (how far the group is behind).
"""
