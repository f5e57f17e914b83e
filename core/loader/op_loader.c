// libcentigan_<name>.so, the file that torch.ops.load_library opens. It needs no LibTorch of its own, so it can look at
// the process first and say in a sentence why the operators do not fit; the dynamic linker would name a mangled symbol,
// or mix two LibTorches without a word. Then it opens the operators, libcentigan_<name>_ops.so, and, where the process
// has CUDA, libcentigan_cuda.so from its own folder. In Python a failure is an OSError of the call that opens the file,
// elsewhere a line on stderr; the process goes on.
//
// Compiled once for each library with CENTIGAN_LOADER_NAME ("diffaug") and CENTIGAN_LOADER_TORCH ("2.11"). It is C, so
// that it has no unique symbols and can be closed again: a second attempt, after `import torch`, runs it anew.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SELF "libcentigan_" CENTIGAN_LOADER_NAME ".so"
#define OPERATORS "libcentigan_" CENTIGAN_LOADER_NAME "_ops.so"
#define PLUGIN "libcentigan_cuda.so"

static const char built_for[] = CENTIGAN_LOADER_TORCH;
static char message[4 * PATH_MAX];

static int refuse(const char* format, ...) {
  va_list values;
  const int length = sprintf(message, SELF ": ");
  va_start(values, format);
  vsnprintf(message + length, sizeof message - length, format, values);
  va_end(values);
  return 0;
}

static const char* base_name(const char* path) {
  const char* slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

// "<folder of `path`>/<name>".
static void beside(const char* path, const char* name, char* result) {
  snprintf(result, PATH_MAX, "%.*s%s", (int)(base_name(path) - path), path, name);
}

// ---- What is in the process ----

struct Torches {
  int count;
  char first[PATH_MAX], second[PATH_MAX];
};

static int note_torch(struct dl_phdr_info* info, size_t size, void* data) {
  struct Torches* torches = data;
  (void)size;
  if (strcmp(base_name(info->dlpi_name), "libtorch_cpu.so")) return 0;
  snprintf(torches->count++ ? torches->second : torches->first, PATH_MAX, "%s", info->dlpi_name);
  return 0;
}

static int is_loaded(const char* name) {
  void* handle = dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
  return handle && !dlclose(handle);
}

// ---- The version of that LibTorch ----

// LibTorch 2.1 and later tell it themselves: a byte each for major, minor and patch.
static int version_from_symbol(const char* torch, char* version, size_t size) {
  void* handle = dlopen(torch, RTLD_LAZY | RTLD_NOLOAD);
  uint64_t (*abi_version)(void) = NULL;
  if (!handle) return 0;
  *(void**)&abi_version = dlsym(handle, "aoti_torch_abi_version");
  if (abi_version) {
    const uint64_t v = abi_version();
    snprintf(version, size, "%d.%d.%d", (int)(v >> 56), (int)(v >> 48 & 255), (int)(v >> 40 & 255));
  }
  dlclose(handle);
  return abi_version != NULL;
}

// `name` is the version file of a wheel (__version__ = '2.9.1+cpu') or of LibTorch's archive (2.9.1+cpu).
static int version_from_file(const char* torch, const char* name, char* version, size_t size) {
  char path[PATH_MAX], line[256];
  beside(torch, name, path);
  FILE* file = fopen(path, "r");
  if (!file) return 0;
  int found = 0;
  while (!found && fgets(line, sizeof line, file)) {
    const int assigned = !strncmp(line, "__version__", 11);
    if (!assigned && strspn(line, "0123456789") == 0) continue;
    const char* start = line + strcspn(line, "0123456789");
    const int length = (int)strspn(start, "0123456789.");
    found = length > 0 && snprintf(version, size, "%.*s", length, start) > 0;
  }
  fclose(file);
  return found;
}

static int find_version(const char* torch, char* version, size_t size) {
  return version_from_symbol(torch, version, size) || version_from_file(torch, "../version.py", version, size) ||
         version_from_file(torch, "../build-version", version, size);
}

static int version_fits(const char* version) {
  const size_t length = strlen(built_for);
  return !strncmp(version, built_for, length) && (version[length] == '.' || !version[length]);
}

// ---- The steps; each leaves a sentence in `message` and returns 0 if it fails ----

static int check_torch(void) {
  static struct Torches torches;
  char version[64];
  memset(&torches, 0, sizeof torches);
  dl_iterate_phdr(note_torch, &torches);
  if (!torches.count) return refuse("this process has no torch yet; import torch first");
  if (torches.count > 1)
    return refuse("this process has two LibTorches, %s and %s; import torch before any library that brings its own",
                  torches.first, torches.second);
  if (!find_version(torches.first, version, sizeof version))
    return refuse("built for torch %s, and %s does not tell its version", built_for, torches.first);
  if (version_fits(version)) return 1;
  return refuse(
      "built for torch %s, but this process has torch %s (%s); build centigan with CENTIGAN_TORCH set to the "
      "folder of that torch, or use torch %s",
      built_for, version, torches.first, built_for);
}

// A second copy would register every operator a second time, which ends the process.
static int check_single(const char* operators) {
  struct link_map* map = NULL;
  char ours[PATH_MAX], theirs[PATH_MAX];
  void* loaded = dlopen(OPERATORS, RTLD_LAZY | RTLD_NOLOAD);
  if (!loaded) return 1;
  dlinfo(loaded, RTLD_DI_LINKMAP, &map);
  dlclose(loaded);
  if (!map || !realpath(operators, ours) || !realpath(map->l_name, theirs) || !strcmp(ours, theirs)) return 1;
  return refuse("the operators of %s are loaded already; load one build of centigan only", theirs);
}

static int open_operators(const char* self) {
  char path[PATH_MAX];
  beside(self, OPERATORS, path);
  if (!check_single(path)) return 0;
  if (dlopen(path, RTLD_NOW | RTLD_LOCAL)) return 1;
  return refuse("its operators cannot be loaded: %s", dlerror());
}

// Without the plugin CUDA tensors take the operators' slower ATen forms.
static void open_cuda_plugin(const char* self) {
  char path[PATH_MAX];
  beside(self, PLUGIN, path);
  if (!is_loaded("libtorch_cuda.so") || access(path, F_OK)) return;
  if (!dlopen(path, RTLD_NOW | RTLD_LOCAL)) fprintf(stderr, SELF ": goes on without its CUDA kernels: %s\n", dlerror());
}

// ---- Telling ----

typedef int (*PendingCall)(void*);

struct Python {
  int (*is_initialized)(void), (*ensure)(void), (*add_pending_call)(PendingCall, void*);
  void (*release)(int), (*set_string)(void*, const char*);
  void** os_error;
};

static int find_python(struct Python* python) {
  *(void**)&python->is_initialized = dlsym(RTLD_DEFAULT, "Py_IsInitialized");
  *(void**)&python->ensure = dlsym(RTLD_DEFAULT, "PyGILState_Ensure");
  *(void**)&python->release = dlsym(RTLD_DEFAULT, "PyGILState_Release");
  *(void**)&python->add_pending_call = dlsym(RTLD_DEFAULT, "Py_AddPendingCall");
  *(void**)&python->set_string = dlsym(RTLD_DEFAULT, "PyErr_SetString");
  python->os_error = dlsym(RTLD_DEFAULT, "PyExc_OSError");
  return python->is_initialized && python->ensure && python->release && python->add_pending_call &&
         python->set_string && python->os_error && python->is_initialized();
}

static int raise_message(void* unused) {
  struct Python python;
  (void)unused;
  if (find_python(&python)) python.set_string(*python.os_error, message);
  return -1;
}

// Python reports an error that is set during a successful call as the cause of a SystemError.
static void set_error(const struct Python* python) {
  const int state = python->ensure();
  python->set_string(*python->os_error, message);
  python->release(state);
}

// A constructor cannot make dlopen fail. In the main thread the interpreter raises what is pending as soon as dlopen
// has returned, and nobody waits for its lock. The second pending call, a dlclose, undoes the caller's dlopen, whose
// handle is lost with the exception.
static void raise_in_python(const struct Python* python, const char* self) {
  if (syscall(SYS_gettid) != getpid() || python->add_pending_call(raise_message, NULL)) set_error(python);
  void* handle = dlopen(self, RTLD_LAZY | RTLD_NOLOAD);
  if (handle && !dlclose(handle)) python->add_pending_call(dlclose, handle);
}

__attribute__((constructor)) static void load(void) {
  Dl_info self;
  struct Python python;
  if (!dladdr((void*)&message, &self)) return;
  if (check_torch() && open_operators(self.dli_fname)) return open_cuda_plugin(self.dli_fname);
  if (find_python(&python)) return raise_in_python(&python, self.dli_fname);
  fprintf(stderr, "%s\n", message);
}
