"""What the system costs a month: `usage` says how much of everything it takes, `prices` what that costs."""
