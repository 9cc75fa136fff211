"""What the benchmarks compare ours with: the same certificate for other programs, and the machine's description."""
