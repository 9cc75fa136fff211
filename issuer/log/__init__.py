"""The bank's transparency log: every certificate is in it before anybody has it; the files that others follow."""
