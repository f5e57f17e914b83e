// What `centigan inspect` prints of each kind of file. Each prints with say() and gives the exit code.
#pragma once
#include <string>

namespace centigan {

int inspect_run(const std::string& folder, const std::string& checkpoint);
int inspect_pictures(const std::string& folder);  // exit 1 if a file is bad
int inspect_pack(const std::string& path);        // reads and checks every picture
int inspect_checkpoint(const std::string& path);
int inspect_cgm(const std::string& path);
int inspect_safetensors(const std::string& path);
int inspect_npy(const std::string& path);

}  // namespace centigan
