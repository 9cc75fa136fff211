"""The text of the printed code: a credential packed without loss, its share of up to four codes, their symbols."""
