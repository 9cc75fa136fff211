"""The bank's pages on the web: one module for each group of addresses, over what `issuer.holders` and others do."""
