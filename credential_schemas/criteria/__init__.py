"""Hiring criteria as data: a policy language, and the pure engine that scores verified entries by it.

A policy says which entries earn points and why; a notice fills its parameters; people decide what is related and how
good a text is. The engine adds up, explains every point, and says `incomplete` where something was not decided.
"""
