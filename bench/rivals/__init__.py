"""What people write today on the same libraries: the same text functions inside, so that only the machinery differs.

Each program takes BROKERS, PREFIX and GROUP from the environment and works until it is stopped.
"""
