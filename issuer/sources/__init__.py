"""One adapter per delivery format: bytes of a delivery in, records or rejected rows out."""
