"""The bank's database: tables, migrations and classes with the verbs of the domain. The only door of SQLAlchemy."""
