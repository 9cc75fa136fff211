"""Programs of others against ours, on loopback; they need npm once, so they are no part of the suite."""
