"""The look that several rooms share: typefaces, read only through this package."""
