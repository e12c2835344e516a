"""A whole day on this machine, with real parts: what `make run` and `chargebacks day` do.

plan      which files have arrived before which execution: a sample's, or those of a landing zone given
places    where everything lies, for whoever wants to look
items     the table, filled as an upstream application would have
job       one execution: `chargebacks consolidate` in a process of its own
updater   the updater behind `chargebacks poll`, in a process of its own, and how far it is
topic     the messages as they lie on the topic
proof     the oracle, in a process of its own
screen    what is shown as the day goes by
run       the day itself: read this first
"""
