"""The chapters of `qlearn tour`, one file each: what it computes, says in the terminal and shows in the report."""
