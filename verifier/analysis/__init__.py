"""What the certificates of a company's own people show together: a competency map, role profiles, suggestions."""
