"use strict";
// Draws with the C runtime. The page holds two modules of it; both give the same bytes. What is shown is written into the address,
// so that it can be kept: page.html#seed=7&trunc=0.8&label=1&quality=0&module=plain

const byId = id => document.getElementById(id);
const bytesOf = id => Uint8Array.from(atob(byId(id).textContent), c => c.charCodeAt(0));
const names = JSON.parse(byId("classes").textContent);
const wanted = new URLSearchParams(location.hash.slice(1));
const SEED = 0, FIXED = 1, RANDOM = 0xffffffff, SHEET = 16, SECONDS_A_SEED = 2;

function openRuntime() {
  const simd = bytesOf("simd"), vectors = wanted.get("module") !== "plain" && WebAssembly.validate(simd);
  const module = new WebAssembly.Module(vectors ? simd : bytesOf("plain"));
  const c = new WebAssembly.Instance(module).exports;
  const file = bytesOf("model"), at = c.reserve(file.length);
  if (at) new Uint8Array(c.memory.buffer).set(file, at);
  const status = at ? c.open(at, file.length) : 51;
  if (status !== 0) throw new Error("the runtime refuses the model, status " + status);
  const [width, height, channels, latentSize, style, classes, levels, all, qualities] =
    new Uint32Array(c.memory.buffer, c.info(), 9);
  return {c, width, height, latentSize, classes, qualities, vectors};
}

let runtime, times = [];

const low = seed => Number(seed & 0xffffffffn), high = seed => Number(seed >> 32n & 0xffffffffn);

// The class of a seed is the one that `centigan run` draws without --label.
function labelOf(seed) {
  if (runtime.classes === 0) return 0;
  const label = byId("label").value;
  return label === "" ? Number(seed % BigInt(runtime.classes)) : Number(label);
}

function latentOf(seed) {
  runtime.c.take_latent(low(seed), high(seed));
  return new Int16Array(runtime.c.memory.buffer, runtime.c.latent(), runtime.latentSize).slice();
}

// {width, height, rgb} of a seed; of the given latent, then with the noise of the file, which does not flicker.
function draw(seed, latent) {
  const c = runtime.c, quality = Number(byId("quality").value), down = runtime.qualities - 1 - quality;
  if (latent) new Int16Array(c.memory.buffer, c.latent(), runtime.latentSize).set(latent);
  const start = performance.now();
  const status = c.draw(low(seed), high(seed), labelOf(seed), Math.round(byId("trunc").value * 256), quality,
    latent ? FIXED : SEED, latent ? 1 : 0);
  if (status !== 0) throw new Error("no picture, status " + status);
  times = [...times.slice(-19), performance.now() - start];
  const width = runtime.width >> down, height = runtime.height >> down;
  return {width, height, rgb: new Uint8Array(c.memory.buffer, c.picture(), width * height * 3).slice()};
}

function show(canvas, picture) {
  const {width, height, rgb} = picture;
  canvas.width = width;
  canvas.height = height;
  canvas.style.aspectRatio = width + " / " + height;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) pixels.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (~crc >>> 0).toString(16).padStart(8, "0");
}

// Seeds are 64 bits; what is no number counts as 0.
function seedNow() {
  const text = byId("seed").value.trim();
  return /^\d{1,20}$/.test(text) ? BigInt.asUintN(64, BigInt(text)) : 0n;
}

function keepInAddress(seed) {
  const now = {seed, trunc: byId("trunc").value, quality: byId("quality").value};
  if (runtime.classes) now.label = byId("label").value;
  if (!runtime.vectors) now.module = "plain";
  history.replaceState(null, "", "#" + new URLSearchParams(now));
}

function tellTime() {
  const sorted = [...times].sort((a, b) => a - b), middle = sorted[sorted.length >> 1];
  byId("time").textContent = middle < 10 ? middle.toFixed(1) + " ms" : Math.round(middle) + " ms";
}

let sheetJob = 0;

// One picture a task, so that the page stays alive; a newer call ends an older one.
function drawSheet(first) {
  const job = ++sheetJob, cells = [...byId("cells").children];
  const step = i => {
    if (job !== sheetJob || i === SHEET) return;
    const seed = BigInt.asUintN(64, first + BigInt(i));
    show(cells[i].firstChild, draw(seed));
    cells[i].setAttribute("aria-label", "seed " + seed);
    cells[i].title = "seed " + seed;
    cells[i].onclick = () => choose(seed);
    tellTime();
    setTimeout(step, 0, i + 1);
  };
  step(0);
}

function redraw() {
  const seed = seedNow(), picture = draw(seed);
  show(byId("picture"), picture);
  byId("psi").textContent = Number(byId("trunc").value).toFixed(2);
  byId("crc").textContent = crc32(picture.rgb);
  tellTime();
  keepInAddress(seed);
  drawSheet(seed);
}

function choose(seed) {
  byId("seed").value = String(seed);
  redraw();
  byId("picture").scrollIntoView({block: "nearest", behavior: "smooth"});
}

// A quarter of a circle from one latent to the next: all between are as likely as the two ends.
function between(a, b, t) {
  const p = Math.cos(t * Math.PI / 2), q = Math.sin(t * Math.PI / 2);
  return a.map((v, i) => Math.max(-32767, Math.min(32767, Math.round(p * v + q * b[i]))));
}

let walk = null;

function frame(now) {
  if (!walk) return;
  const passed = (now - walk.start) / 1000 / SECONDS_A_SEED, seed = BigInt.asUintN(64, walk.seed + BigInt(Math.floor(passed)));
  if (walk.at !== seed) Object.assign(walk, {at: seed, from: latentOf(seed), to: latentOf(BigInt.asUintN(64, seed + 1n))});
  show(byId("moving"), draw(seed, between(walk.from, walk.to, passed % 1)));
  byId("between").textContent = "between seeds " + seed + " and " + BigInt.asUintN(64, seed + 1n);
  tellTime();
  requestAnimationFrame(frame);
}

function playOrStop() {
  walk = walk ? null : {seed: seedNow(), start: performance.now(), at: null};
  byId("play").textContent = walk ? "Stop" : "Play";
  if (walk) requestAnimationFrame(frame);
}

function option(select, value, text) {
  select.append(new Option(text, value));
}

function fillControls() {
  for (let q = runtime.qualities - 1; q >= 0; q--) {
    const down = runtime.qualities - 1 - q;
    option(byId("quality"), q, (runtime.width >> down) + " × " + (runtime.height >> down));
  }
  if (runtime.classes) {
    option(byId("label"), "", "by seed");
    for (let k = 0; k < runtime.classes; k++) option(byId("label"), k, names[k] || "class " + k);
    option(byId("label"), RANDOM, "drawn at random");
  }
  byId("label").closest("label").hidden = runtime.classes === 0;
  byId("quality").closest("label").hidden = runtime.qualities === 1;
  for (const id of ["seed", "trunc", "label", "quality"]) if (wanted.has(id)) byId(id).value = wanted.get(id);
  if (!byId("quality").value) byId("quality").value = runtime.qualities - 1;
  for (let i = 0; i < SHEET; i++) {
    const cell = document.createElement("button");
    cell.append(document.createElement("canvas"));
    cell.firstChild.style.aspectRatio = runtime.width + " / " + runtime.height;
    byId("cells").append(cell);
  }
}

function listen() {
  for (const id of ["seed", "trunc", "label", "quality"]) byId(id).addEventListener("input", redraw);
  byId("previous").onclick = () => choose(BigInt.asUintN(64, seedNow() - 1n));
  byId("next").onclick = () => choose(BigInt.asUintN(64, seedNow() + 1n));
  byId("any").onclick = () => choose(BigInt(Math.floor(Math.random() * 1e9)));
  byId("play").onclick = playOrStop;
  byId("save").onclick = () => byId("save").setAttribute("href", byId("picture").toDataURL());
}

try {
  runtime = openRuntime();
  byId("module").textContent = runtime.vectors ? "WebAssembly with vectors" : "WebAssembly";
  fillControls();
  listen();
  redraw();
  show(byId("moving"), draw(seedNow(), latentOf(seedNow())));
} catch (error) {
  byId("trouble").textContent = "This page cannot draw: " + error.message;
}
