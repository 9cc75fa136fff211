"""The steps that bring an older database up to date, run by Alembic when a bank is opened."""
