"""Messages and titles are found by their words"""

import string

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TITLE = sa.text('message_id IS NULL')

# Only blanks part the terms: letters and digits, all that is not ASCII, and ASCII's punctuation belong to one.
# The index holds no copy of the terms (content='search_documents') and neither places nor sizes: hits come by age.
# A contentless table that can delete would be smaller still, but needs SQLite 3.43; this one works with any.
TOKENIZER = "ascii tokenchars '{}'".format(string.punctuation.replace("'", "''"))
SQLITE_INDEX = f"""
CREATE VIRTUAL TABLE search_index USING fts5(
    terms, content='search_documents', content_rowid='id', detail='none', columnsize=0, prefix='2 3',
    tokenize="{TOKENIZER.replace('"', '""')}"
)
"""
# A document is never updated. Should a later revision rebuild its table, it has to make these again.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN
        INSERT INTO search_index (rowid, terms) VALUES (new.id, new.terms);
    END
    """,
    """
    CREATE TRIGGER search_documents_deleted AFTER DELETE ON search_documents BEGIN
        INSERT INTO search_index (search_index, rowid, terms) VALUES ('delete', old.id, old.terms);
    END
    """,
)


def upgrade() -> None:
    op.create_table('search_documents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.String(length=64), nullable=False),
    sa.Column('message_id', sa.String(length=64), nullable=True),
    sa.Column('terms', sa.Text().with_variant(TSVECTOR(), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('message_id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_search_documents_conversation', 'search_documents', ['conversation_id'])
    op.create_index(
        'uq_search_documents_title', 'search_documents', ['conversation_id'],
        unique=True, sqlite_where=TITLE, postgresql_where=TITLE,
    )
    if op.get_context().dialect.name == 'postgresql':
        op.create_index('ix_search_documents_terms', 'search_documents', ['terms'], postgresql_using='gin')
    else:
        for statement in (SQLITE_INDEX, *SQLITE_TRIGGERS):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    if op.get_context().dialect.name != 'postgresql':
        op.get_bind().exec_driver_sql('DROP TABLE search_index')
    op.drop_table('search_documents')
