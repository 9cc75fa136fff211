"""The parts of the PDF seal that need no PDF parser: byte layout, the CMS signature, the sealer's certificate."""
