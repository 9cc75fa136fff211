"""`cb-verifier`: one file for each command."""
