"""OpenID4VP on the verifier's side: what is asked of a wallet, its answer, and what becomes of a presentation."""
