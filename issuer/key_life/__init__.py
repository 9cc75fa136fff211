"""The life of the bank's keys: listed, made and published, put to work, distrusted, retired."""
