"""Licences that people have accepted"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('licences',
    sa.Column('owner_id', sa.String(length=64), nullable=False),
    sa.Column('licence', sa.String(length=200), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('owner_id', 'licence')
    )


def downgrade() -> None:
    op.drop_table('licences')
