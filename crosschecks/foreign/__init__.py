"""Implementations that are no Python: symbols of C libraries, programs, ONNX files; one module for each kind.

Each has `call`, which is what is under test, and `described`, which is asked first. Both run in worker processes alone,
which import the modules by name. Imports :mod:`workers`, and the layers below.
"""
