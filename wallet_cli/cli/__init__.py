"""The commands of `cb-wallet`: one module per command."""
