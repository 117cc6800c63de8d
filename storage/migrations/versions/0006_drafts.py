"""What is typed is kept until it is sent"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('drafts',
    sa.Column('owner_id', sa.String(length=64), nullable=False),
    sa.Column('conversation_id', sa.String(length=64), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('version', sa.String(length=64), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('owner_id', 'conversation_id')
    )
    op.create_index('ix_drafts_conversation', 'drafts', ['conversation_id'])
    op.create_index('ix_drafts_updated', 'drafts', ['updated_at'])


def downgrade() -> None:
    op.drop_table('drafts')
