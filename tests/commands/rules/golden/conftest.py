"""The law and its readers, as the tests of the audit have them."""

from tests.audit.conftest import reader, rulebook

__all__ = ["reader", "rulebook"]
