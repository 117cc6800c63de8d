"""Conversations are pinned, archived and named; messages have files, ratings and a time of deletion"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# As text both databases read '0' as false; as an expression SQLite would have the whole table written anew.
HIDDEN = sa.text('deleted_at IS NOT NULL')
RATED = sa.text('feedback IS NOT NULL')


def upgrade() -> None:
    with op.batch_alter_table('conversations') as batch_op:
        batch_op.add_column(sa.Column('title_source', sa.String(length=16), server_default='question', nullable=False))
        batch_op.add_column(sa.Column('pinned', sa.Boolean(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('archived', sa.Boolean(), server_default='0', nullable=False))
        batch_op.drop_index('ix_conversations_listed')
        batch_op.create_index('ix_conversations_listed', ['owner_id', 'archived', 'pinned', 'updated_at', 'id'])
        batch_op.create_index('ix_conversations_archived', ['owner_id', 'archived', 'updated_at', 'id'])
        batch_op.create_index('ix_conversations_updated', ['updated_at'])

    with op.batch_alter_table('messages') as batch_op:
        batch_op.add_column(sa.Column('attachments', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('feedback', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            'ix_messages_deleted', ['deleted_at'], sqlite_where=HIDDEN, postgresql_where=HIDDEN
        )
        batch_op.create_index('ix_messages_rated', ['id'], sqlite_where=RATED, postgresql_where=RATED)

    with op.batch_alter_table('runs') as batch_op:
        batch_op.add_column(sa.Column('stop_requested_at', sa.DateTime(timezone=True), nullable=True))

    op.create_table('people',
    sa.Column('owner_id', sa.String(length=64), nullable=False),
    sa.Column('agreed_to_export_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('owner_id')
    )


def downgrade() -> None:
    op.drop_table('people')
    with op.batch_alter_table('runs') as batch_op:
        batch_op.drop_column('stop_requested_at')

    with op.batch_alter_table('messages') as batch_op:
        batch_op.drop_index('ix_messages_rated')
        batch_op.drop_index('ix_messages_deleted')
        batch_op.drop_column('deleted_at')
        batch_op.drop_column('feedback')
        batch_op.drop_column('attachments')

    with op.batch_alter_table('conversations') as batch_op:
        batch_op.drop_index('ix_conversations_updated')
        batch_op.drop_index('ix_conversations_archived')
        batch_op.drop_index('ix_conversations_listed')
        batch_op.create_index('ix_conversations_listed', ['owner_id', 'deleted_at', 'updated_at', 'id'])
        batch_op.drop_column('archived')
        batch_op.drop_column('pinned')
        batch_op.drop_column('title_source')
