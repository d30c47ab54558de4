"""One demonstration for all tests of this folder that look into one."""

from tests.support.watching import the_demonstration

__all__ = ["the_demonstration"]
