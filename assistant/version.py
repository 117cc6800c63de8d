"""The app's own version, as shares and files name it."""

VERSION = "1.0"
