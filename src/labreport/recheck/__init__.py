"""The independent path: every number and judgement of an `answers.json` computed again, from that file only.

What computes is the script of the page (`frame/script/check-*.js`), run here in an embedded engine. Nothing
of the Python that made the numbers is used.

- `document`: reading a file that may come from anybody, what can be wrong with it, data that were changed
  after it was written, and which numbers are covered by what;
- `script`: the page's script in the engine, with limits of time, memory and depth.
"""
