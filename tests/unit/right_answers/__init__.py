"""Ten correct but different answers to each exercise, as learners of all kinds write them.

One module a chapter, with RIGHT: id -> answers. An answer is a function, or the tuple (dict) of
what is given to `check`.
"""
