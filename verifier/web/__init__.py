"""The verifier's pages: HTML, CSS and plain ES modules as files, and what they need to know, read once."""
