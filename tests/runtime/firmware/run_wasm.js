// node run_wasm.js MODULE: runs its main, with what it prints to standard output.
const fs = require('fs');
const text = [];
const imports = {port: {put: character => text.push(String.fromCharCode(character))}};
WebAssembly.instantiate(fs.readFileSync(process.argv[2]), imports).then(({instance}) => {
  const status = instance.exports.main ? instance.exports.main() : instance.exports.__main_void();
  process.stdout.write(text.join(''));
  process.exitCode = status;
});
