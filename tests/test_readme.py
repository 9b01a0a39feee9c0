"""The README's example prints what the README says it prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_example_prints_what_stands_below_it() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```\n```\n(.*?)```", text, re.DOTALL)
    assert found is not None
    printed = subprocess.run([sys.executable, "-c", found[1]], cwd=ROOT, capture_output=True, text=True, check=True)
    assert printed.stdout == found[2]


def test_every_command_it_names_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))
    assert {"bench", "test"} <= targets
    assert all(f"\n{target}:" in makefile for target in targets)
    for command in re.findall(r"^detente ([a-z]+(?: [a-z]+)?) ", text, re.MULTILINE):
        words = [word for word in command.split() if word in ("data", "score", "view", "compare", "export")]
        found = subprocess.run(
            [sys.executable, "-m", "detente", *words, "--help"], capture_output=True, text=True, check=False
        )
        assert found.returncode == 0, command
