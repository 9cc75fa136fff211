"""Floor 3: the bank: accounts, sources, selecting entries, issuing certificates and changing their status."""
