"""What stops a document from being made, in words for the person who asked."""


class CannotTypeset(Exception):
    """The message, in French, says what is missing or wrong."""
