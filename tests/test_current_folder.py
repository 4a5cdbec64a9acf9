"""The folder in which the program is started has no part in what it runs."""

from __future__ import annotations

from pathlib import Path

from program import Program


def test_a_module_in_the_current_folder_is_not_run(tmp_path: Path) -> None:
    """Nor one beside the front door: neither by the program nor by the processes that it starts."""
    program = Program.typeset().copy(tmp_path / "checkout")
    program.edit("src/exercise/catalogue.py", "Walk(0.25)", "Walk(0.26)")
    mark = tmp_path / "was-run"
    for folder in (program.folder, program.folder.parent):
        for name in ("multiprocessing", "json", "weasyprint", "tempfile"):
            (folder / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')\n")
    ran = program.run("--seeds", "1", cold=True)
    assert not mark.exists()
    assert ran.code == 0, ran.err
    assert {"result/beta#0", "document/pdf"} <= ran.made
