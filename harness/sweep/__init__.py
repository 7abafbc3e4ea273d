"""The sweep: one operation is stopped at every instruction of CPython's own code, and another runs there, whole."""
