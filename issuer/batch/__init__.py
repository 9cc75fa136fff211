"""Many certificates from one file: its rows, the folder of a run, and issuing each once, however often killed."""
