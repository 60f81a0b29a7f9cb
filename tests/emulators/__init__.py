"""Emulators of the providers that devctl talks to: loopback HTTP servers that cassettes are recorded against.

They answer with the vendors' own shapes, headers, paging and errors; every answer is checked against the vendor's
API document in tests/integration/test_emulators.py. An emulator is not the vendor: what is recorded against one
proves the tooling, not the vendor's behaviour.
"""
