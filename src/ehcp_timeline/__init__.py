"""Is Education, Health and Care Plan work inside the law's time limits?"""

from importlib.metadata import version

__version__ = version("ehcp-timeline")
