"""What operators do by themselves: sources and their runs, entries held back, statuses of many certificates."""
