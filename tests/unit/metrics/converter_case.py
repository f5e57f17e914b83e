"""What every converter of weights must do with a file that is not the known one."""
import os
import subprocess
import sys
import tempfile


class RefusesOthers:
    """Beside unittest.TestCase; SCRIPT is the converter."""

    def test_refuses_another_file_and_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            wrong, out = os.path.join(folder, "in"), os.path.join(folder, "out.safetensors")
            with open(wrong, "wb") as file:
                file.write(b"something else")
            result = subprocess.run([sys.executable, self.SCRIPT, wrong, out], capture_output=True, text=True)
            self.assertEqual(result.returncode, 1)
            self.assertIn("is not that of the known file", result.stderr)
            self.assertIn("hint: ", result.stderr)
            self.assertFalse(os.path.exists(out))
        self.assertEqual(subprocess.run([sys.executable, self.SCRIPT], capture_output=True).returncode, 2)
