"""OpenID for Verifiable Credential Issuance: offers to wallets, tokens, proofs, and the credentials themselves."""
