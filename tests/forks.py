"""Forks of one process that has imported the app: where `python app.py` takes six seconds for that, they take none."""

import multiprocessing

# What all of them need, since a process keeps one forkserver.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["app", "tests.crash.worker"])
