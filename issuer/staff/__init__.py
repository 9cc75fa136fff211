"""The people of the bank who work with it: who they are, how they sign in, and what they do to accounts."""
