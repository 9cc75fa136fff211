"""What a holder's wallet presents to the bank itself: read once, then printed or exported."""
