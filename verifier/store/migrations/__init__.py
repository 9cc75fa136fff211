"""How the database of an older program becomes that of this one."""
