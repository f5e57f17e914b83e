// TERM and INT ask the running work to stop after its present step, USR1 to save and go on. A second TERM or INT ends
// the process at once by that signal. SIGPIPE is ignored, HUP when not on a terminal.
#pragma once

namespace centigan {

void install_signal_handlers();
bool stop_requested();
int stop_signal();         // 0, or the signal that asked
bool take_save_request();  // true once after each USR1

}  // namespace centigan
