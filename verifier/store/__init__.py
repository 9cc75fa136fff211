"""The verifier's database: who may sign in, their sessions, and what was changed; the only door of SQLAlchemy here."""
