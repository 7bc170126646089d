"""The engine: order of a tick, rules of a customer, compiled kernels, desks, and the Mesa model around them."""
