"""What Alembic runs first: it uses the connection that `verifier.store.engine` opened, and knows no other."""

from alembic import context

from verifier.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite changes most tables only by copying them.
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
