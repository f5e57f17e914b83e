# Sourced by scripts: the runtime built for this machine and for emulated microcontrollers, in the current folder. Needs $runtime and
# $firmware. A build is named PROCESSOR-KERNELS-LEVEL, such as m7-dsp-O2; "strict" as kernels: portable, unaligned access faults.

wasm="clang --target=wasm32 -ffreestanding -nostdlib -Wl,--no-entry,--export=main -Qunused-arguments"
flags="-std=c99 -I$runtime/include -I$runtime/src -I$firmware -I."

compiler_of() { # BUILD
  case $1 in
    gcc-*) compiler=gcc ;;
    clang-*) compiler=clang ;;
    aarch64-dotprod-*) compiler="aarch64-linux-gnu-gcc -static -march=armv8.2-a+dotprod" ;;
    aarch64-*) compiler="aarch64-linux-gnu-gcc -static" ;;
    riscv64-*) compiler="riscv64-linux-gnu-gcc -static" ;;
    wasm-simd-*) compiler="$wasm -msimd128" ;;
    wasm-*) compiler=$wasm ;;
    m0plus-*) compiler="arm-none-eabi-gcc -mcpu=cortex-m0plus -mthumb -nostdlib" ;;
    m7-*) compiler="arm-none-eabi-gcc -mcpu=cortex-m7 -mthumb -nostdlib" ;;
    m55-*) compiler="arm-none-eabi-gcc -mcpu=cortex-m55 -mthumb -mfloat-abi=hard -nostdlib" ;;
  esac
  case $1 in
    *-portable-*) compiler="$compiler -DCGRT_PORTABLE" ;;
    *-strict-*) compiler="$compiler -DCGRT_PORTABLE -mno-unaligned-access" ;;
    *-dspstrict-*) compiler="$compiler -mno-unaligned-access" ;;
  esac
  echo "$compiler -${1##*-} $flags"
}

port_of() { # BUILD
  case $1 in m*) echo port_cortex_m.c ;; wasm-*) echo port_wasm.c ;; *) echo port_desktop.c ;; esac
}

# The runtime and the port, once per build.
build_runtime() { # BUILD
  mkdir "$1"
  (cd "$1" && $(compiler_of "$1") -c "$runtime"/src/*.c "$firmware/$(port_of "$1")")
}

# model.h of a .cgm file: its bytes, 8-byte aligned.
embed() { # MODEL.cgm
  {
    echo '#include <stdint.h>'
    echo 'static const union { uint64_t align; uint8_t bytes['"$(wc -c < "$1")"']; } embedded = {.bytes = {'
    od -An -v -tu1 "$1" | sed 's/  */,/g; s/^,//; s/$/,/'
    echo '}};'
    echo '#define model_bytes embedded.bytes'
  } > model.h
}

# Links MAIN.c with the model of model.h, runs it and prints what it prints.
run_program() { # BUILD MAIN.c
  case $1 in
    m*)
      run_firmware "$@"
      return
      ;;
  esac
  $(compiler_of "$1") "$1"/*.o "$firmware/$2" -o program
  case $1 in
    aarch64-*) qemu-aarch64 -cpu max ./program ;;
    riscv64-*) qemu-riscv64 ./program ;;
    wasm-*) node "$firmware/run_wasm.js" program ;;
    *) ./program ;;
  esac
}

run_firmware() { # BUILD MAIN.c
  case $1 in
    m55-*) board=mps3-an547 memory=512K ;;
    *) board=mps2-an500 memory=4M ;;
  esac
  sed "s/4M/$memory/" "$firmware/cortex_m.ld" > board.ld
  $(compiler_of "$1") -T board.ld "$1"/*.o "$firmware/$2" -lgcc -o program
  timeout 250 qemu-system-arm -M $board -nographic -semihosting-config enable=on,target=native -icount shift=0 -kernel program 2>&1 \
    < /dev/null
}

# Instructions of one tick of the board's SysTick.
tick_of() { # BUILD
  case $1 in m55-*) echo 31.25 ;; *) echo 40 ;; esac
}
