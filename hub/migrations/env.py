"""What Alembic runs for each step: the connection it was given, and the models that steps are written from."""

from alembic import context

from hub.migrations.models import metadata_of

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata_of(context.config.attributes["role"]),
    compare_type=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
