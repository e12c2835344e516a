"""AWS Lambda's event source mapping for Kafka, on this machine: from the real topic to the real handler.

event      a batch of records as the event that Lambda makes of it        (pure)
batch      when a batch is full                                           (pure)
answer     which records of a batch the handler's answer says failed      (pure)
delivery   what is left of a batch, and which offsets may be committed    (pure)
context    the context object that a handler gets
source     the Kafka consumer
poller     the loop: gather, invoke, retry, commit
"""
