"""Status lists for the verifier: where a list may come from, how old it may be, and what was seen before."""
