"""AWS Lambda's event source mapping for Kafka: from the real topic to the real handler (docs/event-source.md).

Pure: `settings`, `event` (a batch as the event that Lambda makes of it), `batch` (when a batch is full), `answer`
(which records the handler's answer says failed), `delivery` (what is left of a batch, what may be committed),
`hopeless` (what will not be tried any more), `failure` (what a destination is told of it).

At work: `poller` (the loop), `source`, `group`, `starting` and `client` (a member of the consumer group), `mapping`
(one batch), `invoke`, `load` and `context` (one call of a handler), `environment` and `runtime` (the handler in a
process of its own, this side and that), `destination` (where hopeless records go), `lag` (how far the group is
behind).
"""
