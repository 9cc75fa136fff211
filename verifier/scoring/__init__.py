"""Scoring for people: files in, the engine of `credential_schemas.criteria`, results as JSON, tables, score sheets."""
