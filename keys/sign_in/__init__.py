"""Signing people in, for every service of ours: pure rules and protocol; no store, no clock, no web framework."""
