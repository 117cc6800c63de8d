"""Tokens of browsers can be revoked; accounts; conversations change owners and stay found"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

REVOKED = sa.text('revoked_on IS NOT NULL')
SQLITE_TRIGGER = """
CREATE TRIGGER search_documents_changed AFTER UPDATE OF terms ON search_documents BEGIN
    INSERT INTO search_index (search_index, rowid, terms) VALUES ('delete', old.id, old.terms);
    INSERT INTO search_index (rowid, terms) VALUES (new.id, new.terms);
END
"""


def upgrade() -> None:
    op.create_table('identities',
    sa.Column('token_sha256', sa.String(length=64), nullable=False),
    sa.Column('owner_id', sa.String(length=64), nullable=False),
    sa.Column('created_on', sa.Date(), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.Column('revoked_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('token_sha256')
    )
    op.create_index('ix_identities_owner', 'identities', ['owner_id'])
    op.create_index(
        'ix_identities_revoked', 'identities', ['revoked_on'], sqlite_where=REVOKED, postgresql_where=REVOKED
    )
    op.create_table('accounts',
    sa.Column('owner_id', sa.String(length=64), nullable=False),
    sa.Column('issuer', sa.String(length=255), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('owner_id'),
    sa.UniqueConstraint('issuer', 'subject', name='uq_accounts_person')
    )
    op.create_table('sign_in_steps',
    sa.Column('key_sha256', sa.String(length=64), nullable=False),
    sa.Column('step', sa.JSON(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key_sha256')
    )
    op.create_index('ix_sign_in_steps_expiry', 'sign_in_steps', ['expires_at'])
    if op.get_context().dialect.name == 'sqlite':
        op.get_bind().exec_driver_sql(SQLITE_TRIGGER)


def downgrade() -> None:
    if op.get_context().dialect.name == 'sqlite':
        op.get_bind().exec_driver_sql('DROP TRIGGER search_documents_changed')
    op.drop_table('sign_in_steps')
    op.drop_table('accounts')
    op.drop_table('identities')
