"""The checks of a Report, one file each, and the one function that puts them together."""
