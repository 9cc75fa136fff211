"""Paper copies written exactly as our issuers write them, read in one pass by expressions made from the entry types.

What is written in another way, or is wrong, is not read here: there is no answer then, and the general readers judge
it. So this room can only say "this is plainly right"; it refuses nothing, and it proves no signature.
"""
