"""How much a file may hold, each with its reason. A file beyond one of these is refused as a whole."""

FILE_BYTES = 100_000_000
"""As it is uploaded. Years of somebody's ChatGPT are some tens of megabytes, pictures aside."""
UNPACKED_BYTES = 500_000_000
"""Of all entries of an archive that are read, on the disk while they are."""
UNPACKED_RATIO = 200
"""Of large entries. JSON packs to a tenth; a log of repeated lines, and a bomb, come to deflate's limit of 1032."""
ENTRIES = 50_000
"""Of an archive; a bomb can also be made of names alone."""
DIRECTORY_BYTES = 16_000_000
"""Of an archive's list of entries, which is read as a whole."""
CONVERSATION_BYTES = 50_000_000
"""One conversation's JSON, since that is what is in memory at a time. Twenty questions with all the files that they may
have come to that. An entry of our own archives is one conversation, so it may unpack to this however well it packs."""
CONVERSATION_PARTS = 3_000_000
"""Strings, lists and objects of one conversation: small ones need twenty times the memory that they need in a file. A
message has a hundred."""
NESTING = 100
"""JSON brackets within brackets. The formats need ten; Python's own stack ends near a thousand."""
CONVERSATIONS = 20_000
"""Of one file."""
MESSAGES = 10_000
"""Of one conversation, all branches together."""
TEXT_LENGTH = 1_000_000
"""Characters of one message: the most that a message can be allowed to have by the settings."""
NAME_LENGTH = 1_000
"""Characters of titles, ids, names of files and other words that are no message."""
WHOLE_NUMBER = 2**53
"""The largest that JSON carries from one program to another without loss."""
YEARS = range(1970, 2100)
"""Outside of them a date is a mistake of its file, such as milliseconds for seconds."""
