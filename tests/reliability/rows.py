"""The table: what each row is called, who does it, and how often tests and the benchmark try."""

from typing import NamedTuple

from tests.reliability import accidents, inputs, limits


class Row(NamedTuple):
    """One kind of fault: its attempt maker, and the numbers of attempts in the tests and in the benchmark."""

    title: str
    run: object
    few: int
    many: int


ROWS = {
    "F1": Row("searches killed with -9, then resumed", accidents.killed_searches, 2, 25),
    "F2": Row("trainings killed with -9, then resumed", accidents.killed_trainings, 1, 10),
    "F3": Row("search stores cut at any byte, then resumed twice", accidents.cut_stores, 20, 300),
    "B1": Row("damaged files of shots in six formats", inputs.shot_files, 120, 1800),
    "B2": Row("hostile and damaged npz files", inputs.archives, 28, 150),
    "B3": Row("bit flips and other damage of saved objects", inputs.model_files, 200, 2000),
    "B5": Row("damaged OpenQASM", inputs.qasm_texts, 150, 2000),
    "B6": Row("hostile Stim circuits and error models", inputs.stim_texts, 30, 300),
    "G1": Row("more memory than there is", limits.memory_guard, 40, 200),
}
