"""What a person or an address has used up of what they may have"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('allowances',
    sa.Column('what', sa.String(length=32), nullable=False),
    sa.Column('who', sa.String(length=64), nullable=False),
    sa.Column('full_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('what', 'who')
    )
    op.create_index('ix_allowances_full', 'allowances', ['full_at'])
    with op.batch_alter_table('runs') as batch_op:
        batch_op.add_column(sa.Column('asked_from', sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('runs') as batch_op:
        batch_op.drop_column('asked_from')
    op.drop_table('allowances')
