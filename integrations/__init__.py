"""Loggers for the trainers of other libraries; each is imported only where its library is."""
