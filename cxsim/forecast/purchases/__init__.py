"""What a log of transactions says about its customers: how laws of buying track it, and what is still to come."""
