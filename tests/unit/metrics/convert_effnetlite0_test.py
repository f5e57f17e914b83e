"""The converter of EfficientNet-Lite0 refuses what is not the known file, and orders permuted tensors."""
import array
import io
import os
import pickle
import sys
import unittest

SCRIPT = os.path.join(os.path.dirname(__file__), "../../../tools/convert_effnetlite0.py")
sys.path.insert(0, os.path.dirname(SCRIPT))
import convert_effnetlite0 as converter  # noqa: E402
from converter_case import RefusesOthers  # noqa: E402


class Command:
    def __reduce__(self):
        return os.system, ("true",)


class Converter(RefusesOthers, unittest.TestCase):
    SCRIPT = SCRIPT

    def test_knows_tensors_only(self):
        for reader in (lambda file: converter.StateUnpickler(file).load(), converter.plain_pickle):
            with self.assertRaises(pickle.UnpicklingError):
                reader(io.BytesIO(pickle.dumps(Command())))

    def test_permuted_tensors_come_out_row_by_row(self):
        values = array.array("f", range(6))  # [3,2] in memory, [2,3] as a tensor
        self.assertEqual(array.array("f", converter.row_major(values, [2, 3], [1, 2])).tolist(), [0, 2, 4, 1, 3, 5])
        self.assertEqual(array.array("f", converter.row_major(values, [6], [1])).tolist(), list(range(6)))

    def test_shared_memory_is_refused(self):
        with self.assertRaises(pickle.UnpicklingError):
            converter.StateUnpickler.rebuild(("FloatStorage", 6), 0, (2, 2), (2, 1))


if __name__ == "__main__":
    unittest.main()
