"""What a step back answers."""


class OnlyForward(Exception):
    """A step back was asked for; it would throw away records that were promised to stay. Restore a backup instead."""
