"""Sources that are asked: where, when and how, what of it is taken, and who decides when a delivery looks wrong."""
