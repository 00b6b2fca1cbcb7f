"""`ehcp report`: one page that a council can act on, with its charts, its tables and its method."""
