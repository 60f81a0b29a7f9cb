"""Contracts and test functions for operations that the registry names and nobody has written yet.

A source (the vendor's document, the catalogue, a recording, botocore's service models) proposes a `Draft` of one
operation's contract; what a person wrote is never touched.
"""
