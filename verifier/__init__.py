"""The employer's room: takes evidence in, checks it and says what it found in a Report."""
