"""What was handed in: its kind from its bytes, and its facts, read by a child process that may be killed."""
