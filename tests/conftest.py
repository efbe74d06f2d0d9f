"""Lets the tests import the tools beside them."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "conformance"), str(HERE / "compare")]
