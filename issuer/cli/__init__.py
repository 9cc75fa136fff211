"""The program `cb-issuer`: one module per command; heavy imports happen inside a command's `run`."""
