"""The front door: `python build.py` makes the report, `python build.py --help` says what else there is."""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))


def fresh(front, words):
    """Whether no file has changed since the report was made; labreport.plan.stamp writes what this reads."""
    try:
        path = os.open(ROOT + "/report/.stamp", os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # if it is a FIFO
        with open(path, encoding="utf-8", errors="surrogateescape") as lines:
            if lines.readline() != front + " " + " ".join(words) + "\n":
                return False
            for line in lines:
                modified, size, inode, changed, path = line[:-1].split(" ", 4)
                found = os.stat(path if path[0] == "/" else ROOT + "/" + path)
                if (
                    found.st_mtime_ns != int(modified)
                    or found.st_size != int(size)
                    or found.st_ino != int(inode)
                    or found.st_ctime_ns != int(changed)
                ):
                    return False
    except (OSError, ValueError):
        return False
    return True


def main():
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:2]))
        sys.stderr.write("error: needs Python 3.11 or newer; " + sys.executable + " is " + found + "\n")
        return 2
    words = [word for word in sys.argv[1:] if word != "--quiet"]
    front = os.environ.setdefault("LABREPORT_FRONT", "1 " + sys.executable + " " + sys.version.split()[0])
    if fresh(front, words):
        if len(words) == len(sys.argv) - 1:
            sys.stdout.write("Nothing to do: report/report.pdf is up to date.\n")
        return 0
    # In place of this folder: a file in it must not be taken for a module of Python's own
    sys.path[:] = [os.path.join(ROOT, "src"), *(path for path in sys.path if path not in ("", ROOT))]
    from labreport.bootstrap import ensure
    from labreport.command import main as command

    return command(sys.argv[1:], ROOT, ensure)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        # So early that nothing was begun; once something is, labreport.guard says how to continue
        sys.stderr.write("Interrupted; run the same command again.\n")
        sys.exit(130)
