"""Many certificates at once: inputs, workers, journal, results, and what they have to do with each other."""
