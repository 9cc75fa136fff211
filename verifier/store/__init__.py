"""The verifier's database, and the only door of SQLAlchemy here.

It holds who may sign in, their sessions, what was changed, and what committees know of their notices and applicants.
"""
