"""The verifier's people: who may sign in, in which roles, and how."""
