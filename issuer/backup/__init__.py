"""A bank that outlives its machine: what is in a backup, how it is made while the bank runs, how it is restored."""
