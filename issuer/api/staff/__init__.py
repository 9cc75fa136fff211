"""The pages for staff: one module for each group of addresses, over what `issuer.staff` and others do."""
