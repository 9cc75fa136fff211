"""Recognition of university courses against the NCS: application, screening, decision by two, and the list of them."""
