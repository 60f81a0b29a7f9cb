from tests.unit.written_contracts import written

__all__ = ["written"]
