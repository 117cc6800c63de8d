"""A labelled corpus of our own making: what has to be found in texts, and what only looks like it.

Every secret is drawn at random when the corpus is made, from a fixed seed: the files hold none, and nothing that looks
like one.
"""
