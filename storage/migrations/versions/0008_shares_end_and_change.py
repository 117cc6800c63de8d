"""Shares expire, have views, a pass-phrase, a deletion link, and earlier versions"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


# Defaults as text: with an expression SQLite would have the whole table written anew.
def upgrade() -> None:
    with op.batch_alter_table('shares') as batch_op:
        batch_op.add_column(sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('view_limit', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('views', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='1', nullable=False))
        batch_op.add_column(sa.Column('passphrase', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('deletion_sha256', sa.String(length=64), nullable=True))
        batch_op.create_index('ix_shares_deletion', ['deletion_sha256'])

    op.create_table('share_versions',
    sa.Column('share_id', sa.String(length=64), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('snapshot', sa.JSON(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['share_id'], ['shares.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('share_id', 'number')
    )


def downgrade() -> None:
    op.drop_table('share_versions')
    with op.batch_alter_table('shares') as batch_op:
        batch_op.drop_index('ix_shares_deletion')
        for column in ('deletion_sha256', 'passphrase', 'version', 'views', 'view_limit', 'expires_at'):
            batch_op.drop_column(column)
