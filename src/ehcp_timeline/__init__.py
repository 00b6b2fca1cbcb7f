"""Is Education, Health and Care Plan work inside the law's time limits?"""

__version__ = "0.1.0"
